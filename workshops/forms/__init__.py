"""Forms of Forest Allies, by what they are about."""
