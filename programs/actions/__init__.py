"""Changes that touch several tables."""
