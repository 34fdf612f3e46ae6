"""GET /schema.graphql: the schema of this server as a file, with an ETag, for the generators of front ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from strawberry import Schema

MEDIA_TYPE = "application/graphql"


@dataclass(frozen=True)
class SchemaFile:
    """The file, printed when it is first asked for; its tag changes when an installed source does."""

    schema: Schema
    let_in: Callable[[Request], Awaitable[object]]

    async def answer(self, request: Request) -> Response:
        """Answer whoever may ask for data with the schema, or 304 to those who have it. Raises what `let_in` does."""
        await self.let_in(request)
        headers = {"ETag": self.tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
        if _has(request.headers.get("if-none-match", ""), self.tag):
            return Response(status_code=304, headers=headers)
        return Response(self.text, headers=headers, media_type=f"{MEDIA_TYPE}; charset=utf-8")

    @cached_property
    def text(self) -> str:
        """The schema, as `billhook schema` prints it."""
        return self.schema.as_str() + "\n"

    @cached_property
    def tag(self) -> str:
        """Weak, as the same schema may be sent compressed."""
        return f'W/"{sha256(self.text.encode()).hexdigest()}"'


def _has(tags: str, tag: str) -> bool:
    """Whether an If-None-Match names a tag; weak and strong ones are the same to it (RFC 9110, 13.1.2)."""
    return any(each.strip().removeprefix("W/") in {tag.removeprefix("W/"), "*"} for each in tags.split(","))
