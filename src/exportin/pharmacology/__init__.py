"""Compounds, what a cell or patient is exposed to, and how a dose becomes a concentration."""
