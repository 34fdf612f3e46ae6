"""The inputs of the use cases, one file per noun: checked here once, shown as GraphQL inputs by the schema."""
