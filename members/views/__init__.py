"""Pages about people. Each view reads: load, permit, form, act, answer."""
