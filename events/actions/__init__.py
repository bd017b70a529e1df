"""Changes to the spine: module = plural noun, function = verb; all keyword-only with `by` and `at`."""
