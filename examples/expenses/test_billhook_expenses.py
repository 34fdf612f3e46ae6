"""The source keeps billhook's contract."""

from billhook.testing import SourceContract
from billhook_expenses import Expenses


class TestExpenses(SourceContract):
    source = Expenses()
