"""The use cases, one function each: load, let the domain decide, write."""
