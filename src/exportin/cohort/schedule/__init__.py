"""Search of dose and days under limits of toxicity."""
