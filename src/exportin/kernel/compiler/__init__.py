"""From C to a loaded library that is kept."""
