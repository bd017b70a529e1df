"""What the team does with messages: module = plural noun, function = verb; all keyword-only with `by` and `at`."""
