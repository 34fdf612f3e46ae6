"""GraphQL over HTTP: the application, its door and its limits."""
