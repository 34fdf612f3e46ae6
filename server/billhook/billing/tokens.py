"""Preview tokens: a hash of the input and of the resulting document, so that what was seen is what is made, or nothing is (G3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from billhook.billing.fingerprint import fingerprint
from billhook.domain.errors import ErrorCode, Refusal, StateChanged
from billhook.domain.money import show
from billhook.domain.words import LineKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billhook.domain.document import Line, PricedClaim, Totals
    from billhook.domain.preview import Preview

_OTHER = re.compile(r"v(?!2\.)\d{1,3}\..*", re.ASCII)
"""Of another version of billhook."""
_TOKEN = re.compile(r"v2\.([A-Z]{3})\.(-?\d{1,18})\.(-?\d{1,18})\.[0-9a-f]{64}", re.ASCII)


def token_of(given: object, lines: Iterable[Line], totals: Totals, currency: str) -> str:
    """Return the token of a document: its currency, net and total, and a hash of the input, the lines, claims and applications.

    The text of a settlement line is left out: it is written at booking, and changes when the advance is booked (R8).
    """
    document = [
        [
            line.kind.value,
            line.section,
            "" if line.kind is LineKind.SETTLEMENT else line.description,
            line.quantity,
            line.unit,
            line.unit_price,
            line.net_minor,
            line.seconds,
            [line.vat.category.value, line.vat.rate],
            [line.settles_key, line.period],
            sorted(map(_claim, line.claims)),
        ]
        for line in lines
    ]
    return f"v2.{currency}.{totals.net_minor}.{totals.total_minor}.{fingerprint([given, document])}"


def _claim(claim: PricedClaim) -> list[str]:
    """Return what a claim comes to; also whether it is by percentage, which counts for what remains of a price (R10)."""
    said = [claim.kind.value, str(claim.key), str(claim.amount_minor), str(claim.once_key), str(claim.period_start)]
    return said if claim.percentage is None else [*said, f"{claim.percentage.normalize():f}"]


def check_token(seen: str | None, now: Preview) -> None:
    """Raise STATE_CHANGED with the new preview unless the token that the client saw is the one of now; no token, no check."""
    if seen is None or seen == now.token:
        return
    parts = _TOKEN.fullmatch(seen)
    if parts is None:
        if _OTHER.fullmatch(seen):
            message = "The token is of another version of billhook. Look at the new preview, and send its token."
            raise StateChanged(message, "previewToken", now=now)
        raise Refusal(ErrorCode.INVALID_INPUT, "This is no token of a preview. Send the preview's token as it is.", "previewToken")
    currency, net_minor, total_minor = parts[1], int(parts[2]), int(parts[3])
    total, total_now = show(total_minor, currency), show(now.total_minor, now.currency)
    changed = f"its total was {total}, now {total_now}" if total != total_now else f"its total is {total} as it was, but not all else"
    message = f"The document is not what you saw: {changed}. Look at the new preview, and send its token."
    raise StateChanged(message, "previewToken", before=(net_minor, total_minor, currency), now=now)
