"""Figures and the self-contained HTML report, made from a result and the tables alone."""
