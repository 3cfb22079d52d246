"""Structure: process files, parameters, cell contexts, and the strict way from them to a checked SBML model."""
