"""What a week on a dose does to cells."""
