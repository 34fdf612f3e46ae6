"""The studio of the example: who sells, who buys, who works, and what they cost. All of them are made up."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from billhook.billing.demo.project import STANDARD
from billhook.domain.party import Party
from billhook.domain.words import CustomerKind

if TYPE_CHECKING:
    from billhook.billing.demo.scene import Request

ANN, BRAM, CHLOE, DENIZ = "Ann Visser", "Bram de Wit", "Chloé Martin", "Deniz Kaya"
DESIGN, DEVELOPMENT, COPYWRITING, MEETINGS = "Design", "Development", "Copywriting", "Meetings"

SELLER = Party(
    name="Studio Zeevonk B.V.",
    vat_number="NL123456782B90",
    legal_id="87654321",
    legal_id_scheme="0106",
    street="Kade 12",
    postal_code="1011 AB",
    city="Amsterdam",
    country="NL",
    email="billing@zeevonk.example",
    endpoint_scheme="0106",
    endpoint_id="87654321",
    language="en",
)
IBAN, BIC = "NL91ABNA0417164300", "ABNANL2A"
LEGAL_TEXT = "Registered in Amsterdam. Payable to the account above, with the invoice number."


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Someone who buys."""

    name: str
    kind: CustomerKind
    party: Party
    buyer_reference: str | None = None
    payment_term_days: int = 30

    def request(self) -> Request:
        """Return the request that creates it."""
        return "createCustomer", asdict(self)


@dataclass(frozen=True, slots=True)
class Person:
    """A user, and the rates that projects with rate policy USER take."""

    name: str
    email: str
    rates: tuple[tuple[str, str], ...] = ()

    def request(self) -> Request:
        """Return the request that creates it."""
        return "createUser", {"name": self.name, "email": self.email, "hourlyRates": _raw(self.rates)}


@dataclass(frozen=True, slots=True)
class WorkType:
    """A kind of work, and the rates that projects with rate policy WORK_TYPE take."""

    name: str
    rates: tuple[tuple[str, str], ...] = ()

    def request(self) -> Request:
        """Return the request that creates it."""
        return "createWorkType", {"name": self.name, "hourlyRates": _raw(self.rates)}


HARBOUR = Customer(
    name="Harbour & Pine",
    kind=CustomerKind.BUSINESS,
    party=Party(
        name="Harbour & Pine B.V.",
        vat_number="NL111222333B44",
        legal_id="12345678",
        legal_id_scheme="0106",
        street="Werfstraat 3",
        postal_code="3011 XZ",
        city="Rotterdam",
        country="NL",
        email="invoices@harbour-pine.example",
        endpoint_scheme="0106",
        endpoint_id="12345678",
        language="en",
    ),
)
BREWERY = Customer(
    name="Brouwerij De Kraan",
    kind=CustomerKind.BUSINESS,
    party=Party(
        name="Brouwerij De Kraan BV",
        vat_number="BE0123456749",
        legal_id="0123456749",
        legal_id_scheme="0208",
        street="Hopmarkt 7",
        postal_code="9000",
        city="Gent",
        country="BE",
        email="boekhouding@dekraan.example",
        endpoint_scheme="0208",
        endpoint_id="0123456749",
        language="nl-BE",
    ),
    payment_term_days=14,
)
MUSEUM = Customer(
    name="Museum Lichtwacht",
    kind=CustomerKind.PUBLIC,
    party=Party(
        name="Stichting Museum Lichtwacht",
        legal_id="23456789",
        legal_id_scheme="0106",
        street="Vuurtorenplein 1",
        postal_code="1781 AA",
        city="Den Helder",
        country="NL",
        email="crediteuren@lichtwacht.example",
        endpoint_scheme="0106",
        endpoint_id="23456789",
        language="nl",
    ),
    buyer_reference="LW-COMMUNICATIE",
    payment_term_days=45,
)

PEOPLE = (
    Person(ANN, "ann@zeevonk.example", (("EUR", "110.00"), ("USD", "125.00"))),
    Person(BRAM, "bram@zeevonk.example", (("EUR", "95.00"), ("USD", "110.00"))),
    Person(CHLOE, "chloe@zeevonk.example", (("EUR", "90.00"),)),
    Person(DENIZ, "deniz@zeevonk.example"),
)
WORK_TYPES = (
    WorkType(DESIGN, (("EUR", "95.00"), ("USD", "105.00"))),
    WorkType(DEVELOPMENT, (("EUR", "105.00"), ("USD", "115.00"))),
    WorkType(COPYWRITING, (("EUR", "85.00"),)),
    WorkType(MEETINGS),
)


def seller_request() -> Request:
    """Return the request that creates the seller."""
    return "createSeller", {"party": asdict(SELLER), "vat": STANDARD, "iban": IBAN, "bic": BIC, "legalText": LEGAL_TEXT}


def _raw(rates: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    return [{"currency": currency, "hourlyRate": rate} for currency, rate in rates]
