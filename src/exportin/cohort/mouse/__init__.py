"""Xenografts."""
