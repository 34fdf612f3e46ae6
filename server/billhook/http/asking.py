"""What a client asks to execute, read from a URL, a body, or the message of another transport, and checked for its shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from starlette.exceptions import HTTPException

from billhook.http.limits import read_body

if TYPE_CHECKING:
    from starlette.requests import Request

    from billhook.http.documents import Documents

JSON = "application/json"
LONGEST_URL = 32_000
"""Bytes behind the ? of a URL: the server below takes 64 KiB of URL and headers together, and answers more than that in its own words."""
NO_QUERY = "There is no 'query': it is the text of a GraphQL document."


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks to execute."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


def from_url(request: Request, documents: Documents) -> GraphQLRequest:
    """Read a GET: `query`, `operationName`, and as JSON `variables` and `extensions`.

    Raises HTTPException 400, and 414 for a URL that is too long; GraphQLError as `asked_for` does.
    """
    if len(request.scope["query_string"]) > LONGEST_URL:
        raise HTTPException(414, f"The URL has more than {LONGEST_URL} bytes behind its '?': send the operation with POST.")
    given: dict[str, object] = dict(request.query_params)
    for name in ("variables", "extensions"):
        given[name] = _json(request.query_params.get(name) or "null", f"The URL's {name} are")
    return asked_for(given, documents)


async def from_body(request: Request, documents: Documents, max_bytes: int) -> GraphQLRequest:
    """Read a POST with a JSON body. Raises HTTPException 400, 413 and 415; GraphQLError as `asked_for` does."""
    content_type, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charsets = [parameter[8:].strip('"') for parameter in parameters if parameter.startswith("charset=")]
    encoded = request.headers.get("content-encoding", "identity") != "identity"
    if content_type != JSON or any(charset != "utf-8" for charset in charsets) or encoded:
        raise HTTPException(415, f"Send the request as {JSON}, in UTF-8, not compressed.")
    given = _json(await read_body(request, max_bytes), "The request body is")
    if isinstance(given, list):
        raise HTTPException(400, "Batches are not supported: send one operation a request, with as many fields as you like.")
    if not isinstance(given, dict):
        raise HTTPException(400, "The request body must be a JSON object with a 'query'.")
    return asked_for(given, documents)


def asked_for(given: dict[str, object], documents: Documents) -> GraphQLRequest:
    """Check the parameters of a request, and find its document.

    Raises HTTPException 400 for parameters of another shape, GraphQLError for a document that is not known or not allowed here.
    """
    claimed = _hash((_object(given, "extensions") or {}).get("persistedQuery"))
    query, operation_name = given.get("query"), given.get("operationName")
    if claimed is not None and not query:
        query = None  # some clients cannot leave it out, and send an empty text beside the hash
    if query is None and claimed is None:
        raise HTTPException(400, NO_QUERY)
    if query is not None and (not isinstance(query, str) or not query.strip()):
        raise HTTPException(400, NO_QUERY)
    variables = _object(given, "variables")
    if operation_name is not None and not isinstance(operation_name, str):
        raise HTTPException(400, "'operationName' must be a text.")
    return GraphQLRequest(documents.find(query, claimed), variables, operation_name or None)


def _object(given: dict[str, object], name: str) -> dict[str, Any] | None:
    found = given.get(name)
    if found is not None and not isinstance(found, dict):
        raise HTTPException(400, f"'{name}' must be a JSON object.")
    return found


def _hash(persisted: object) -> str | None:
    """Return the hash that a client sends in place of a document. Raises HTTPException 400 for one of another form."""
    if persisted is None:
        return None
    if isinstance(persisted, dict) and persisted.get("version") == 1 and isinstance(persisted.get("sha256Hash"), str):
        claimed: str = persisted["sha256Hash"]
        return claimed
    raise HTTPException(400, "'extensions.persistedQuery' must be an object with 'version' 1 and a 'sha256Hash'.")


def _json(text: str | bytes, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"{what} not valid JSON in UTF-8: {error}.") from None
