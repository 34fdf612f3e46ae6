"""The source keeps billhook's contract."""

from billhook.testing import SourceContract
from billhook_retainer import Retainer


class TestRetainer(SourceContract):
    source = Retainer()
