"""Survival: reading tables of times and events, estimates, and data rebuilt from a published curve."""
