"""Proves every balance and every guarantee from the facts, and writes nothing (G6)."""
