"""Persisted documents: a client may send the hash of a document instead of its text, and a server may answer those of a list alone."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cachetools import LRUCache
from graphql import GraphQLError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException

from billhook.domain.errors import Misconfiguration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billhook.settings import Settings

NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
NOT_IN_LIST = "PERSISTED_QUERY_NOT_IN_LIST"
KEPT_CHARACTERS = 4_000_000
"""How much text is kept for clients that send hashes: what was not asked for the longest makes room, and is sent again."""
PREFIX = "sha256:"
"""What graphql-codegen writes before a hash, in its list and in its documents."""
HASH = rf"^({PREFIX})?[0-9a-f]{{64}}$"


class Documents:
    """The documents that one app knows by their SHA-256: those of its list, and nothing else, or else what clients have sent."""

    def __init__(self, listed: Mapping[str, str] | None = None) -> None:
        self._listed = listed
        self._sent: LRUCache[str, str] = LRUCache(KEPT_CHARACTERS, getsizeof=len)

    def find(self, sent: str | None, claimed: str | None) -> str:
        """Return the document that a client asks for by its text, by its hash or by both; one of them must be given.

        Raises GraphQLError for a hash that is not known here and for what is not in the list, HTTPException 400 for another text's hash.
        """
        claimed = None if claimed is None else claimed.removeprefix(PREFIX)
        if sent is None or (self._listed is not None and claimed in self._listed):
            return self._known(claimed or "")  # the hash of the list decides: clients print a document in another way than it was listed
        own = sha256(sent.encode()).hexdigest()
        if claimed is not None and claimed != own:
            raise HTTPException(400, "The hash is not that of the document: send the SHA-256 of its UTF-8 bytes, in hexadecimal.")
        if self._listed is not None and own not in self._listed:
            raise _not_in_list()
        if claimed is not None and len(sent) <= KEPT_CHARACTERS:
            self._sent[own] = sent
        return sent

    def _known(self, claimed: str) -> str:
        if self._listed is None:
            found = self._sent.get(claimed)
            if found is None:
                # Clients know it by these words, and send the text along the next time.
                raise GraphQLError("PersistedQueryNotFound", extensions={"code": NOT_FOUND})
        else:
            found = self._listed.get(claimed)
            if found is None:
                raise _not_in_list()
        return found


def _not_in_list() -> GraphQLError:
    return GraphQLError("This server answers the documents of its list only, and this is none of them.", extensions={"code": NOT_IN_LIST})


class _Listed(BaseModel):
    """A document in a manifest as Apollo's generator writes it."""

    id: str
    body: str


class _Manifest(BaseModel):
    operations: list[_Listed]


_MANIFEST: TypeAdapter[dict[Annotated[str, Field(pattern=HASH)], str] | _Manifest] = TypeAdapter(
    dict[Annotated[str, Field(pattern=HASH)], str] | _Manifest
)


def documents_of(settings: Settings) -> Documents:
    """Return the documents of an app. Raises Misconfiguration for a list that cannot be read, or whose hashes are not its documents'."""
    name = settings.persisted_documents
    if not name:
        return Documents()
    where = f"BILLHOOK_PERSISTED_DOCUMENTS: {name}"
    try:
        found = _MANIFEST.validate_json(Path(name).read_bytes())
    except OSError as error:
        raise Misconfiguration(f"{where} cannot be read: {error.strerror}") from None
    except ValidationError:
        raise Misconfiguration(f"{where} is no list of documents: a JSON object that has each document by its SHA-256") from None
    written = {document.id: document.body for document in found.operations} if isinstance(found, _Manifest) else found
    if not written:
        raise Misconfiguration(f"{where} has no document in it, so nothing could be answered")
    listed = {claimed.removeprefix(PREFIX): text for claimed, text in written.items()}
    for claimed, text in listed.items():
        if claimed != sha256(text.encode()).hexdigest():
            raise Misconfiguration(f"{where} has a document under {claimed[:64]!r}, which is not its SHA-256")
    return Documents(listed)
