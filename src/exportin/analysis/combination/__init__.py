"""Two drugs together: scores of a measured or predicted table, and surfaces that the model predicts."""
