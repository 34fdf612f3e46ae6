"""The tables and the statements on them, for both databases."""
