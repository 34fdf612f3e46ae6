"""Imports time from the exports of other tools; `importing.py` has the use case, the other files each one step of it."""
