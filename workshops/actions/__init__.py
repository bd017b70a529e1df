"""Changes to gatherings and what belongs to them."""
