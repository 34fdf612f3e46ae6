"""The GraphQL schema: one file per noun, and their composition; it translates, and decides nothing."""
