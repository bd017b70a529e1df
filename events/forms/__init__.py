"""Forms that every kind of event shares."""
