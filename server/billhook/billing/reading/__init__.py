"""What the API reads: every SELECT behind the schema, one file a noun; nothing here writes."""
