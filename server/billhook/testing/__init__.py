"""The conformance kit for authors of invoice sources: `SourceContract`, and nothing else."""

from billhook.testing.contract import SourceContract

__all__ = ["SourceContract"]
