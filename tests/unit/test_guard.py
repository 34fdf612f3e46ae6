"""What the host refuses as PLUGIN_FAULT, each as a faulty proposal of its own (sources.md)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.unit.facts import VAT_21, entry, facts, item, part

from billhook.domain.errors import ErrorCode, Refusal
from billhook.domain.guard import ALLOWED, BrokenContract, examine
from billhook.domain.options import Portion, Vat, VatCategory
from billhook.domain.proposal import Claim, ClaimLine, FreeLine, Period, Proposal
from billhook.domain.source import Effect
from billhook.domain.words import ClaimKind

if TYPE_CHECKING:
    from collections.abc import Iterator

REGULAR, ADVANCE = Effect.CLEARS_UNBILLED_TIME, Effect.REGISTERS_ADVANCE_CREDIT
MAX_LINES = 3
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FACTS = facts(
    [
        entry(1, 3600, 10000, 10000),
        entry(2, 3600, 10000, 10000),
        item(ClaimKind.EXTRA_COST, 1, part(100)),
        item(ClaimKind.EXTERNAL_COST, 1, part(100)),
        item(ClaimKind.PHASE, 1, part(100)),
        item(ClaimKind.DEAL, 1, part(100)),
        item(ClaimKind.SUBSCRIPTION_PERIOD, 1, part(100), period=JANUARY),
    ]
)
TIME, EXTRA, EXTERNAL = Claim("time_entry", "1"), Claim("extra_cost", "1"), Claim("external_cost", "1")
PHASE, DEAL, PERIOD = Claim("phase", "1"), Claim("deal", "1"), Claim("subscription_period", "1/2026-01-01")
ONCE = Claim.once("2026-01")


def free(**fields: object) -> FreeLine:
    return FreeLine(**({"description": "Licence", "unit_price": Decimal(1)} | fields))  # type: ignore[arg-type]


def claiming(*claims: object, **fields: object) -> ClaimLine:
    return ClaimLine(**({"description": "Work", "claims": claims} | fields))  # type: ignore[arg-type]


def examined(*lines: object, effect: Effect = REGULAR) -> tuple[ClaimLine | FreeLine, ...]:
    return examine(Proposal(lines=lines), effect, FACTS, MAX_LINES)  # type: ignore[arg-type]


def fault(*lines: object, effect: Effect = REGULAR) -> str:
    """Return why the host refuses a proposal of these lines."""
    with pytest.raises(BrokenContract) as broken:
        examined(*lines, effect=effect)
    return str(broken.value)


def refused(proposal: object) -> str:
    """Return why the host refuses what `propose` returned."""
    with pytest.raises(BrokenContract) as broken:
        examine(proposal, REGULAR, FACTS, MAX_LINES)
    return str(broken.value)


def test_a_sound_proposal_is_returned_as_it_is() -> None:
    lines = (claiming(TIME, EXTRA), claiming(EXTERNAL, Claim("phase", "1", Portion(percentage=Decimal(100)))), free(claims=(ONCE,)))
    assert examined(*lines) == lines
    advance = (claiming(DEAL), claiming(PERIOD), free(vat=VAT_21, period=Period(start=JANUARY[0], end=JANUARY[0])))
    assert examined(*advance, effect=ADVANCE) == advance
    assert examined() == ()


# ---- not exactly a Proposal, ClaimLine, FreeLine


class OtherProposal(Proposal):
    """Could answer differently the second time."""


class OtherClaimLine(ClaimLine):
    """The same."""


class OtherFreeLine(FreeLine):
    """The same."""


class OtherClaim(Claim):
    """The same."""


class OtherTuple(tuple[FreeLine, ...]):
    """The same."""

    __slots__ = ()


class OtherDecimal(Decimal):
    """The same."""


class OtherText(str):
    """The same."""

    __slots__ = ()


class LikeFreeLine(NamedTuple):
    """Has the fields of a FreeLine."""

    description: str = "Licence"
    unit_price: Decimal = Decimal(1)


def generated() -> Iterator[FreeLine]:
    yield free()


@pytest.mark.parametrize(
    ("proposal", "name"),
    [
        (None, "NoneType"),
        ([], "list"),
        ((free(),), "tuple"),
        (free(), "FreeLine"),
        (generated(), "generator"),
        (OtherProposal(lines=()), "OtherProposal"),
        (Proposal, "type"),
    ],
)
def test_propose_returns_exactly_a_proposal(proposal: object, name: str) -> None:
    assert refused(proposal) == f"propose() returned a {name}, not a Proposal"


@pytest.mark.parametrize(
    "lines", [[free()], generated(), None, OtherTuple(), "lines", {}, LikeFreeLine()], ids=lambda lines: type(lines).__name__
)
def test_the_lines_are_exactly_a_tuple(lines: object) -> None:
    assert refused(Proposal(lines=lines)) == f"Proposal.lines is a {type(lines).__name__}, not a tuple"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        None,
        "line",
        LikeFreeLine(),
        OtherFreeLine(description="Licence", unit_price=Decimal(1)),
        OtherClaimLine(description="Work", claims=(TIME,)),
        FreeLine,
        Proposal(lines=()),
    ],
    ids=lambda line: type(line).__name__,
)
def test_a_line_is_exactly_a_claim_line_or_a_free_line(line: object) -> None:
    assert fault(free(), line) == f"line 2 is a {type(line).__name__}, not a ClaimLine or FreeLine"


def test_a_line_that_was_made_past_its_constructor_is_incomplete() -> None:
    assert fault(object.__new__(FreeLine)).startswith("it proposes something incomplete: ")
    assert fault(object.__new__(ClaimLine)).startswith("it proposes something incomplete: ")
    assert refused(object.__new__(Proposal)).startswith("it proposes something incomplete: ")
    assert fault(free(vat=Vat.model_construct())).startswith("it proposes something incomplete: ")


# ---- wrong types in every field


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"description": None}, "the description of line 1 is a NoneType, not a str"),
        ({"description": b"x"}, "the description of line 1 is a bytes, not a str"),
        ({"description": OtherText("x")}, "the description of line 1 is a OtherText, not a str"),
        ({"section": None}, "the section of line 1 is a NoneType, not a str"),
        ({"unit": 1}, "the unit of line 1 is a int, not a str"),
        ({"unit_price": 1}, "the unit price of line 1 is a int, not a Decimal"),
        ({"unit_price": 1.5}, "the unit price of line 1 is a float, not a Decimal"),
        ({"unit_price": "1.50"}, "the unit price of line 1 is a str, not a Decimal"),
        ({"unit_price": OtherDecimal(1)}, "the unit price of line 1 is a OtherDecimal, not a Decimal"),
        ({"quantity": True}, "the quantity of line 1 is a bool, not a Decimal"),
        ({"vat": (VatCategory.S, Decimal(21))}, "the VAT of line 1 is a tuple, not a Vat"),
        ({"vat": Vat.model_construct(category="S", rate=Decimal(21))}, "the VAT category of line 1 is a str, not a VatCategory"),
        ({"vat": Vat.model_construct(category=VatCategory.S, rate=21.0)}, "the VAT rate of line 1 is a float, not a Decimal"),
        ({"period": JANUARY}, "the period of line 1 is a tuple, not a Period"),
        (
            {"period": Period(start=datetime(2026, 1, 1), end=JANUARY[1])},  # noqa: DTZ001 - a wrong type on purpose
            "the period of line 1 starts on a datetime, not a date",
        ),
        ({"period": Period(start=JANUARY[0], end="2026-01-31")}, "the period of line 1 ends on a str, not a date"),  # type: ignore[arg-type]
        ({"claims": [ONCE]}, "the claims of line 1 are a list, not a tuple"),
        ({"claims": ("2026-01",)}, "a claim of line 1 is a str, not a Claim"),
        ({"claims": (OtherClaim("once", "x"),)}, "a claim of line 1 is a OtherClaim, not a Claim"),
        ({"claims": (Claim("once", 7),)}, "a claim's id of line 1 is a int, not a str"),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_every_field_of_a_free_line_has_its_type(fields: dict[str, object], reason: str) -> None:
    assert fault(free(**fields)) == reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (claiming(TIME, description=7), "the description of line 1 is a int, not a str"),
        (claiming(TIME, section=7), "the section of line 1 is a int, not a str"),
        (claiming(claims=[TIME]), "the claims of line 1 are a list, not a tuple"),
        (claiming(None), "a claim of line 1 is a NoneType, not a Claim"),
        (claiming(Claim(ClaimKind.TIME_ENTRY, "1")), "a claim's kind of line 1 is a ClaimKind, not a str"),  # type: ignore[arg-type]
        (claiming(Claim("time_entry", 1)), "a claim's id of line 1 is a int, not a str"),  # type: ignore[arg-type]
        (claiming(Claim("phase", "1", Decimal(10))), "a portion of line 1 is a Decimal, not a Portion"),  # type: ignore[arg-type]
        (claiming(Claim("phase", "1", Portion.model_construct(percentage=10.0))), "a portion of line 1 is a float, not a Decimal"),
    ],
    ids=str,
)
def test_every_field_of_a_claim_line_has_its_type(line: ClaimLine, reason: str) -> None:
    assert fault(line) == reason


# ---- texts


@pytest.mark.parametrize("text", ["x", "x" * 5000])
def test_a_description_has_1_to_5000_characters(text: str) -> None:
    assert len(examined(free(description=text), claiming(TIME, description=text))) == 2


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 5001], ids=["empty", "blank", "too long"])
def test_any_other_description_is_a_fault(text: str) -> None:
    assert fault(free(description=text)) == "the description of line 1 must be a text of 1 to 5000 characters"
    assert fault(claiming(TIME, description=text)) == "the description of line 1 must be a text of 1 to 5000 characters"


def test_a_section_and_a_unit_may_be_empty_but_not_too_long() -> None:
    assert len(examined(free(section="x" * 5000, unit="x" * 20), free(section="", unit=""))) == 2
    assert fault(free(section="x" * 5001)) == "the section of line 1 must be a text of 1 to 5000 characters"
    assert fault(free(unit="x" * 21)) == "the unit of line 1 must be a text of 1 to 20 characters"


@pytest.mark.parametrize("code_point", [0, 0xD800, 0xDFFF], ids=hex)
def test_a_text_that_no_database_can_store_is_a_fault(code_point: int) -> None:
    character = chr(code_point)
    reason = "has a character that cannot be stored: NUL, or half of a surrogate pair"
    assert fault(free(description=f"x{character}")) == f"the description of line 1 {reason}"
    assert fault(free(section=character)) == f"the section of line 1 {reason}"
    assert fault(free(claims=(Claim.once(f"x{character}"),))) == f"the once-key of line 1 {reason}"


# ---- numbers


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("NaN", "NaN is not a number"),
        ("sNaN", "sNaN is not a number"),
        ("Infinity", "Infinity is not a number"),
        ("-Infinity", "-Infinity is not a number"),
        ("1000000000000", "the number is too large"),
        ("1E+999999", "the number is too large"),
        ("1E+9999999", "the number is too large"),
        ("0.0000001", "at most 6 decimals are possible"),
        ("1E-9999999", "at most 6 decimals are possible"),
    ],
)
def test_nan_infinite_oversized_and_too_precise_numbers_are_faults(number: str, reason: str) -> None:
    figure = Decimal(number)
    portion = Portion.model_construct(percentage=figure)
    vat = Vat.model_construct(category=VatCategory.S, rate=figure)
    assert fault(free(unit_price=figure)) == f"the unit price of line 1 is not possible: {reason}"
    assert fault(free(quantity=figure)) == f"the quantity of line 1 is not possible: {reason}"
    assert fault(free(vat=vat)) == f"the VAT rate of line 1 is not possible: {reason}"
    assert fault(claiming(Claim("phase", "1", portion))) == f"a portion of line 1 is not possible: {reason}"


def test_numbers_on_the_edge_are_possible() -> None:
    assert len(examined(free(unit_price=Decimal("999999999999.999999")), free(quantity=Decimal("0.000001"), unit_price=Decimal(0)))) == 2


def test_a_line_whose_net_is_oversized_is_a_fault() -> None:
    assert len(examined(free(quantity=Decimal(10), unit_price=Decimal(10**11)))) == 1
    assert fault(free(quantity=Decimal(10), unit_price=Decimal("100000000000.001"))) == "line 1: quantity x unit price is too large"


@pytest.mark.parametrize(("quantity", "unit_price"), [("-1", "5"), ("1", "-0.000001"), ("0", "5"), ("-1", "-5")])
def test_a_negative_line_or_one_without_quantity_is_a_fault(quantity: str, unit_price: str) -> None:
    line = free(quantity=Decimal(quantity), unit_price=Decimal(unit_price))
    assert fault(line) == f"line 1 is negative or has no quantity: {quantity} x {unit_price}"


@pytest.mark.parametrize(
    ("category", "rate"), [(VatCategory.S, "100.000001"), (VatCategory.S, "-0.000001"), (VatCategory.Z, "0.000001"), (VatCategory.AE, "21")]
)
def test_a_vat_rate_beyond_0_to_100_or_outside_s_is_a_fault(category: VatCategory, rate: str) -> None:
    vat = Vat.model_construct(category=category, rate=Decimal(rate))
    assert fault(free(vat=vat)) == f"line 1 has {rate} % VAT in category {category.value}; only S has a rate, from 0 to 100"


def test_vat_rates_of_0_and_100_are_possible() -> None:
    rates = [Vat(category=VatCategory.S, rate=Decimal(0)), Vat(category=VatCategory.S, rate=Decimal(100))]
    assert len(examined(*(free(vat=vat) for vat in rates))) == 2


def test_a_period_that_ends_before_it_starts_is_a_fault() -> None:
    assert fault(free(period=Period(start=JANUARY[1], end=JANUARY[0]))) == "the period of line 1 ends before it starts"


# ---- claims


@pytest.mark.parametrize(
    "claim",
    [Claim("time_entry", "3"), Claim("time_entry", ""), Claim("phase", "time_entry"), Claim("extra_cost", "99")],
    ids=str,
)
def test_a_claim_on_an_unknown_foreign_non_billable_or_billed_item_is_a_fault(claim: Claim) -> None:
    assert fault(claiming(TIME, claim)) == f"line 1 claims {claim.kind} {claim.id!r}, which is not an unbilled item of this project"


@pytest.mark.parametrize("kind", ["", "timeEntry", "TIME_ENTRY", "invoice"])
def test_a_claim_of_an_unknown_kind_is_a_fault(kind: str) -> None:
    assert fault(claiming(Claim(kind, "1"))) == f"line 1 claims a {kind!r}; there is no such kind of item"


def test_a_claim_twice_on_one_item_is_a_fault_on_one_line_or_on_two() -> None:
    assert fault(claiming(TIME, TIME)) == "line 1 claims time_entry '1' a second time"
    assert fault(claiming(TIME), claiming(EXTRA, TIME)) == "line 2 claims time_entry '1' a second time"
    assert fault(free(claims=(ONCE,)), free(claims=(ONCE,))) == "line 2 claims once '2026-01' a second time"
    half = Claim("phase", "1", Portion(percentage=Decimal(50)))
    assert fault(claiming(half), claiming(PHASE)) == "line 2 claims phase '1' a second time"


@pytest.mark.parametrize("claim", [TIME, EXTRA, EXTERNAL, PHASE], ids=str)
def test_an_advance_never_clears_unbilled_time_whatever_a_plugin_does(claim: Claim) -> None:
    reason = f"line 1 claims a {claim.kind}, which a source with effect REGISTERS_ADVANCE_CREDIT may not"
    assert fault(claiming(claim), effect=ADVANCE) == reason
    assert fault(claiming(claim, DEAL), effect=ADVANCE) == reason


@pytest.mark.parametrize("claim", [DEAL, PERIOD], ids=str)
def test_a_regular_source_claims_no_deals_and_no_periods(claim: Claim) -> None:
    assert fault(claiming(claim)) == f"line 1 claims a {claim.kind}, which a source with effect CLEARS_UNBILLED_TIME may not"


def test_every_kind_of_item_belongs_to_exactly_one_effect_but_once_keys() -> None:
    assert ALLOWED[REGULAR] | ALLOWED[ADVANCE] == set(ClaimKind)
    assert ALLOWED[REGULAR] & ALLOWED[ADVANCE] == {ClaimKind.ONCE}


@pytest.mark.parametrize("claim", [TIME, EXTRA, EXTERNAL, PHASE, DEAL, PERIOD, Claim("invoice", "1")], ids=str)
def test_a_free_line_claims_nothing_but_once_keys(claim: Claim) -> None:
    assert fault(free(claims=(ONCE, claim))) == f"line 1 is a FreeLine and claims a {claim.kind}; it may claim only once-keys"


def test_a_claim_line_claims_something_and_no_once_key() -> None:
    assert fault(claiming()) == "line 1 claims nothing; a line without claims is a FreeLine"
    assert fault(claiming(TIME, ONCE)) == "line 1 is a ClaimLine with a once-key; only a FreeLine claims those"


@pytest.mark.parametrize("key", ["", " ", "x" * 201], ids=["empty", "blank", "too long"])
def test_a_once_key_has_1_to_200_characters(key: str) -> None:
    assert len(examined(free(claims=(Claim.once("x"), Claim.once("x" * 200))))) == 1
    assert fault(free(claims=(Claim.once(key),))) == "the once-key of line 1 must be a text of 1 to 200 characters"


@pytest.mark.parametrize(
    "portion",
    [
        Portion.model_construct(),
        Portion.model_construct(percentage=Decimal(1), amount=Decimal(1)),
        Portion.model_construct(percentage=Decimal(0)),
        Portion.model_construct(percentage=Decimal(-1)),
        Portion.model_construct(percentage=Decimal("100.000001")),
        Portion.model_construct(amount=Decimal(0)),
        Portion.model_construct(amount=Decimal("-0.01")),
    ],
    ids=str,
)
def test_a_portion_is_one_percentage_up_to_100_or_one_amount_above_0(portion: Portion) -> None:
    reason = "a portion of line 1 must be one percentage up to 100, or one amount, above 0"
    assert fault(claiming(Claim("phase", "1", portion))) == reason


@pytest.mark.parametrize("claim", [TIME, EXTRA, EXTERNAL, ONCE], ids=str)
def test_only_phases_and_deals_have_portions(claim: Claim) -> None:
    part_of = Claim(claim.kind, claim.id, Portion(percentage=Decimal(50)))
    line = free(claims=(part_of,)) if claim is ONCE else claiming(part_of)
    assert fault(line) == f"line 1 claims a portion of a {claim.kind}; only phases and deals have portions"


# ---- size


def test_more_lines_than_the_limit_are_refused_and_no_fault() -> None:
    assert len(examined(*(free(),) * MAX_LINES)) == MAX_LINES
    with pytest.raises(Refusal, match=r"^The invoice would have 4 lines; 3 are possible\. Group entries, or bill less\.$") as refused:
        examined(*(free(),) * (MAX_LINES + 1))
    assert refused.value.code is ErrorCode.LIMIT_EXCEEDED
