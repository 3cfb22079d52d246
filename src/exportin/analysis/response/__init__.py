"""Response over dose: measured on a plate, or predicted by the model."""
