"""Scripts that made the reference values are no tests."""

collect_ignore_glob = ["reference/*"]
