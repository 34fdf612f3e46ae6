"""GraphiQL: the page at /graphql that browsers get, and the files it is made of; `make graphiql` builds them from the folder web."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

BUILT = Path(__file__).parent / "page"
NOT_BUILT = "GraphiQL is not built: run `make graphiql` and start billhook again. Without it, send queries with POST to /graphql.\n"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "connect-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # Monaco, the editor, places its lines by style attributes, and makes its colours as it runs
    "font-src": "'self' data:",  # the fonts of GraphiQL are in its style sheet
    "img-src": "'self' data:",  # and so are the waves that Monaco puts below a mistake
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""What the page may load, and from where: this server alone."""
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{what} {sources}" for what, sources in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
FOR_A_YEAR = "public, max-age=31536000, immutable"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".ttf": "font/ttf"}
"""Of each kind of file that the build makes; what the machine thinks of these suffixes differs."""


@dataclass(frozen=True, slots=True)
class GraphiQL:
    """The page, and its files by their names. Nothing else is ever looked up on the disk."""

    page: str | None
    files: Mapping[str, Path]

    def answer(self) -> Response:
        """Answer with the page, or with 503 and how to build it."""
        headers = HEADERS | {"Cache-Control": "no-store"}
        return PlainTextResponse(NOT_BUILT, 503, headers) if self.page is None else HTMLResponse(self.page, headers=headers)

    async def file(self, request: Request) -> Response:
        """Answer with a file of the page, compressed for those who take that. Raises HTTPException 404."""
        name: str = request.path_params["name"]
        path = self.files.get(name)
        if path is None or path.suffix not in MEDIA_TYPES:
            raise HTTPException(404)
        headers = HEADERS | {"Cache-Control": FOR_A_YEAR, "Vary": "Accept-Encoding"}
        compressed = self.files.get(name + ".gz")
        if compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            path, headers = compressed, headers | {"Content-Encoding": "gzip"}
        return FileResponse(path, headers=headers, media_type=MEDIA_TYPES[name[name.rindex(".") :]])


def built_graphiql(folder: Path = BUILT) -> GraphiQL:
    """Find what was built into a folder. Where nothing was, everything but the page works."""
    page = folder / "index.html"
    if not page.is_file():
        return GraphiQL(None, {})
    return GraphiQL(page.read_text(encoding="utf-8"), {path.name: path for path in (folder / "assets").iterdir()})
