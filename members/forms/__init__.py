"""The forms about people: they clean input and decide nothing."""
