"""Fits of models to data: problems, estimates, intervals."""
