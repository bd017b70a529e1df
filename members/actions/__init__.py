"""Changes that touch more than one row: module = plural noun, function = verb; all keyword-only with `by` and `at`."""
