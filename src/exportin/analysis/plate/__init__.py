"""Measured plates: tables of a response in wells with one drug or two."""
