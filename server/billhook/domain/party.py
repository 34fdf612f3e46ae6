"""A party of a document: who sells or buys, as it stands on the invoice (EN 16931 BG-4, BG-7)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Legal name, address and identifiers; snapshotted whole into a booked document (R15)."""

    name: str
    vat_number: str | None = None
    legal_id: str | None = None
    legal_id_scheme: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    email: str | None = None
    endpoint_scheme: str | None = None
    endpoint_id: str | None = None
    language: str | None = None
