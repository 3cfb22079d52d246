"""Populations of patients: survival tables and what is estimated from them."""
