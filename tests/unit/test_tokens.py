"""A token stands for all of a document: also for whether a share of a price was asked for as a percentage (G3, R10)."""

from __future__ import annotations

from decimal import Decimal

from tests.unit.facts import VAT_21

from billhook.billing.tokens import token_of
from billhook.domain.document import Line, PricedClaim, total_of
from billhook.domain.words import ClaimKind, LineKind


def token(percentage: Decimal | None, amount_minor: int = 5001) -> str:
    """The token of an invoice of one deal."""
    claim = PricedClaim(kind=ClaimKind.DEAL, key=1, amount_minor=amount_minor, percentage=percentage)
    line = Line(
        kind=LineKind.DEAL,
        description="Launch",
        quantity=Decimal(1),
        unit_price=Decimal(amount_minor).scaleb(-2),
        net_minor=amount_minor,
        vat=VAT_21,
        claims=(claim,),
    )
    return token_of("the same input", [line], total_of([line]), "EUR")


def test_a_token_holds_whether_a_share_is_a_percentage_and_which_by_its_value() -> None:
    tokens = {token(None), token(Decimal("33.34")), token(Decimal("33.35"))}
    assert len(tokens) == 3
    assert token(Decimal("33.340")) == token(Decimal("33.34"))
