"""Checks what a source proposes against its contract: exact types, sane numbers, only claims that its effect allows (sources.md)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from billhook.domain.document import refuse_too_many_lines
from billhook.domain.money import check_precise, line_net
from billhook.domain.options import Portion, Vat, VatCategory
from billhook.domain.proposal import Claim, ClaimLine, FreeLine, Period, Proposal
from billhook.domain.source import Effect
from billhook.domain.text import is_storable
from billhook.domain.words import ClaimKind

if TYPE_CHECKING:
    from billhook.domain.facts import Facts

MAX_TEXT = 5000
MAX_KEY = 200
MAX_UNIT = 20
ALLOWED = {
    Effect.CLEARS_UNBILLED_TIME: frozenset(
        {ClaimKind.TIME_ENTRY, ClaimKind.EXTRA_COST, ClaimKind.EXTERNAL_COST, ClaimKind.PHASE, ClaimKind.ONCE}
    ),
    Effect.REGISTERS_ADVANCE_CREDIT: frozenset({ClaimKind.DEAL, ClaimKind.SUBSCRIPTION_PERIOD, ClaimKind.ONCE}),
}
"""What each effect may claim: an advance never clears unbilled time, whatever a plugin does."""

T = TypeVar("T")


class BrokenContract(Exception):
    """A source broke its contract; the text says how, for a PluginFault."""


def examine(proposal: object, effect: Effect, facts: Facts, max_lines: int) -> tuple[ClaimLine | FreeLine, ...]:
    """Return the lines of a proposal that keeps the contract. Raises BrokenContract for one that does not, LIMIT_EXCEEDED for too many.

    Types are compared exactly: a subclass could answer differently the second time.
    """
    try:
        return _examined(proposal, effect, facts, max_lines)
    except AttributeError as error:  # made past its constructor, by object.__new__ or pydantic's model_construct
        raise BrokenContract(f"it proposes something incomplete: {error}") from error


def _examined(proposal: object, effect: Effect, facts: Facts, max_lines: int) -> tuple[ClaimLine | FreeLine, ...]:
    lines = _is(tuple, _is(Proposal, proposal, "propose() returned").lines, "Proposal.lines is")
    refuse_too_many_lines(len(lines), max_lines)
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(lines, 1):
        where = f"line {number}"
        if type(line) is ClaimLine:
            _check_claim_line(line, where)
        elif type(line) is FreeLine:
            _check_free_line(line, facts, where)
        else:
            raise BrokenContract(f"{where} is a {type(line).__name__}, not a ClaimLine or FreeLine")
        for claim in line.claims:
            _check_claim(claim, effect, facts, where)
            if (claim.kind, claim.id) in seen:
                raise BrokenContract(f"{where} claims {claim.kind} {claim.id[:60]!r} a second time")
            seen.add((claim.kind, claim.id))
    return lines


def _check_claim_line(line: ClaimLine, where: str) -> None:
    _text(line.description, MAX_TEXT, f"the description of {where}")
    _text(line.section, MAX_TEXT, f"the section of {where}", empty=True)
    if not _is(tuple, line.claims, f"the claims of {where} are"):
        raise BrokenContract(f"{where} claims nothing; a line without claims is a FreeLine")
    for claim in line.claims:
        if _is(Claim, claim, f"a claim of {where} is").kind == ClaimKind.ONCE.value:
            raise BrokenContract(f"{where} is a ClaimLine with a once-key; only a FreeLine claims those")


def _check_free_line(line: FreeLine, facts: Facts, where: str) -> None:
    _text(line.description, MAX_TEXT, f"the description of {where}")
    _text(line.section, MAX_TEXT, f"the section of {where}", empty=True)
    _text(line.unit, MAX_UNIT, f"the unit of {where}", empty=True)
    quantity = _number(line.quantity, f"the quantity of {where}")
    unit_price = _number(line.unit_price, f"the unit price of {where}")
    if quantity <= 0 or unit_price < 0:
        raise BrokenContract(f"{where} is negative or has no quantity: {quantity} x {unit_price}")
    try:
        line_net(quantity, unit_price, facts.currency)
    except ValueError as error:
        raise BrokenContract(f"{where}: {error}") from None
    if line.vat is not None:
        _check_vat(_is(Vat, line.vat, f"the VAT of {where} is"), where)
    if line.period is not None:
        period = _is(Period, line.period, f"the period of {where} is")
        start, end = _is(date, period.start, f"the period of {where} starts on"), _is(date, period.end, f"the period of {where} ends on")
        if end < start:
            raise BrokenContract(f"the period of {where} ends before it starts")
    for claim in _is(tuple, line.claims, f"the claims of {where} are"):
        if _is(Claim, claim, f"a claim of {where} is").kind != ClaimKind.ONCE.value:
            raise BrokenContract(f"{where} is a FreeLine and claims a {claim.kind}; it may claim only once-keys")


def _check_claim(claim: Claim, effect: Effect, facts: Facts, where: str) -> None:
    kind, key = _is(str, claim.kind, f"a claim's kind of {where} is"), _is(str, claim.id, f"a claim's id of {where} is")
    try:
        wanted = ClaimKind(kind)
    except ValueError:
        raise BrokenContract(f"{where} claims a {kind[:60]!r}; there is no such kind of item") from None
    if wanted not in ALLOWED[effect]:
        raise BrokenContract(f"{where} claims a {kind}, which a source with effect {effect.value} may not")
    if claim.portion is not None:
        if wanted not in {ClaimKind.PHASE, ClaimKind.DEAL}:
            raise BrokenContract(f"{where} claims a portion of a {kind}; only phases and deals have portions")
        _check_portion(_is(Portion, claim.portion, f"a portion of {where} is"), where)
    if wanted is ClaimKind.ONCE:
        _text(key, MAX_KEY, f"the once-key of {where}")
    elif (kind, key) not in facts.items:
        raise BrokenContract(f"{where} claims {kind} {key[:60]!r}, which is not an unbilled item of this project")


def _check_portion(portion: Portion, where: str) -> None:
    given = [value for value in (portion.percentage, portion.amount) if value is not None]
    if len(given) != 1 or _number(given[0], f"a portion of {where}") <= 0 or (portion.percentage or 0) > 100:  # noqa: PLR2004 - percent
        raise BrokenContract(f"a portion of {where} must be one percentage up to 100, or one amount, above 0")


def _check_vat(vat: Vat, where: str) -> None:
    rate = _number(vat.rate, f"the VAT rate of {where}")
    category = _is(VatCategory, vat.category, f"the VAT category of {where} is")
    if not 0 <= rate <= 100 or (rate > 0 and category is not VatCategory.S):  # noqa: PLR2004 - percent
        raise BrokenContract(f"{where} has {rate} % VAT in category {category.value}; only S has a rate, from 0 to 100")


def _is(kind: type[T], value: object, what: str) -> T:
    if type(value) is not kind:
        raise BrokenContract(f"{what} a {type(value).__name__}, not a {kind.__name__}")
    return value


def _number(value: object, what: str) -> Decimal:
    number = _is(Decimal, value, f"{what} is")
    try:
        check_precise(number)
    except ValueError as error:
        raise BrokenContract(f"{what} is not possible: {error}") from None
    return number


def _text(value: object, longest: int, what: str, *, empty: bool = False) -> None:
    text = _is(str, value, f"{what} is")
    if len(text) > longest or (not empty and not text.strip()):
        raise BrokenContract(f"{what} must be a text of 1 to {longest} characters")
    if not is_storable(text):
        raise BrokenContract(f"{what} has a character that cannot be stored: NUL, or half of a surrogate pair")
