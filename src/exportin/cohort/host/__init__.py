"""What the block of export does to the host: blood counts, sodium, appetite and weight."""
