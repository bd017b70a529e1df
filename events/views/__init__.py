"""Pages that every kind of event shares, by what is done there."""
