"""SBML documents as systems of differential equations."""
