"""The five built-in invoice sources, each a plugin like a third party's: they know `billhook`'s public API and nothing else."""
