"""What is personal in the database, and what becomes of it."""
