"""Bringing people in from a file: what a heading means, what a cell says, and what becomes of each row."""
