"""GraphiQL: the page at /graphql that browsers get, to read the schema and try operations."""

from __future__ import annotations

from strawberry.http.ides import get_graphql_ide_html

WAITING = (
    "Loading GraphiQL from the internet. If this text stays, this machine cannot reach it: send queries with POST to /graphql instead."
)
GRAPHIQL = (
    get_graphql_ide_html("graphiql").replace("<title>Strawberry GraphiQL</title>", "<title>billhook</title>").replace("Loading...", WAITING)
)
"""The page; it loads GraphiQL itself from unpkg.com, each file pinned by its hash."""
