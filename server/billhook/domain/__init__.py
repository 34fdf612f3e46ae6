"""The rules: what work is worth, what is applied, what is refused; no database, no clock, no network."""
