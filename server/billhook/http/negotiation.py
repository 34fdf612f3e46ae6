"""Content negotiation: which of the media types on offer a client would rather have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def preferred(accept: str, offers: Sequence[str]) -> str | None:
    """Return the offer that an Accept header ranks highest, the first among equals; None when it takes none of them (RFC 9110, 12.5.1)."""
    wanted = dict(_ranges(accept)) or {"*/*": 1.0}
    best = max(offers, key=lambda offer: _quality(offer, wanted))
    return best if _quality(best, wanted) > 0 else None


def names(accept: str, media_type: str) -> bool:
    """Whether an Accept header names a media type as one that its client takes."""
    return dict(_ranges(accept)).get(media_type, 0.0) > 0


def _quality(offer: str, wanted: dict[str, float]) -> float:
    """Return the weight of an offer: the most specific range that matches it decides."""
    for media_range in (offer, offer.partition("/")[0] + "/*", "*/*"):
        if media_range in wanted:
            return wanted[media_range]
    return 0.0


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media_range:
            weights = [text[2:] for text in parameters if text.startswith("q=")]
            found.append((media_range, _weight(weights[0]) if weights else 1.0))
    return found


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
