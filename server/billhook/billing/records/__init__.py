"""Creating, changing and deleting the records that invoicing works with, one file per noun."""
