"""Measurements of billhook: `python -m bench`, or `make bench`. The README beside this file says what is measured and how."""
