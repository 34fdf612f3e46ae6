"""Inputs for sellers and customers."""

from __future__ import annotations

import re
from typing import Annotated, Self

import pycountry
from pydantic import AfterValidator, Field, model_validator
from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.eu import vat as stdnum_eu_vat
from stdnum.exceptions import ValidationError as NumberError
from stdnum.gb import vat as stdnum_gb_vat

from billhook.billing.inputs.common import Input, Keyed, Short, Text, Title
from billhook.domain.options import Vat
from billhook.domain.words import CustomerKind

_VAT_NUMBER = re.compile(r"[A-Z]{2}(?=[A-Z0-9-]*[0-9])[A-Z0-9-]{2,18}")
_NUMBER_FORMAT = re.compile(r"[^{}]*\{sequence(:0[1-9]d)?\}[^{}]*")
_LONGEST_NUMBER = 40


def _country(code: str) -> str:
    if (known := pycountry.countries.get(alpha_2=code)) is None or known.alpha_2 != code:  # it finds `nl`, too
        raise ValueError(f"{code!r} is not an ISO 3166 two-letter country code, such as NL")
    return code


def _vat_number(number: str) -> str:
    compact = number.replace(" ", "").replace(".", "").upper()
    if compact[:2].lower() in stdnum_eu_vat.MEMBER_STATES or compact.startswith("EL"):
        try:
            return str(stdnum_eu_vat.validate(compact))
        except NumberError as error:
            raise ValueError(f"not a valid VAT number: {error}") from None
    if compact.startswith("GB"):
        return _british_vat_number(compact)
    if not _VAT_NUMBER.fullmatch(compact):
        raise ValueError("a VAT number is two letters of its country, then digits and letters, such as NL004495445B01")
    return compact


def _british_vat_number(number: str) -> str:
    try:
        return f"GB{stdnum_gb_vat.validate(number)}"
    except NumberError as error:
        raise ValueError(f"not a valid VAT number: {error}") from None


def _language(code: str) -> str:
    if pycountry.languages.get(alpha_2=code.partition("-")[0]) is None:
        raise ValueError(f"{code!r} is no language, such as en or nl-BE")
    return code


def _iban(number: str) -> str:
    try:
        return str(stdnum_iban.validate(number))
    except NumberError as error:
        raise ValueError(f"not a valid IBAN: {error}") from None


def _bic(number: str) -> str:
    try:
        return str(stdnum_bic.validate(number))
    except NumberError as error:
        raise ValueError(f"not a valid BIC: {error}") from None


def _number_format(text: str) -> str:
    if not _NUMBER_FORMAT.fullmatch(text) or len(text.format(sequence=123456)) > _LONGEST_NUMBER:
        raise ValueError("a number format has {sequence} once, such as 'INV-{sequence:05d}', and gives at most 40 characters")
    return text


Country = Annotated[str, AfterValidator(_country)]
VatNumber = Annotated[str, Field(max_length=20), AfterValidator(_vat_number)]
Language = Annotated[str, Field(max_length=20), AfterValidator(_language)]
Iban = Annotated[str, Field(max_length=50), AfterValidator(_iban)]
Bic = Annotated[str, Field(max_length=11), AfterValidator(_bic)]
NumberFormat = Annotated[str, Field(max_length=60), AfterValidator(_number_format)]


class PartyInput(Input):
    """Legal name, address and identifiers of a seller or customer."""

    name: Title = Field(description="Legal name.")
    vat_number: VatNumber | None = Field(default=None, description="VAT number with its country prefix; those of the EU are checked.")
    legal_id: Short | None = Field(default=None, description="Number in the company register.")
    legal_id_scheme: Short | None = Field(default=None, description="ISO 6523 scheme of the legal id, such as 0106 (NL KvK).")
    street: Short | None = Field(default=None, description="Street and house number.")
    postal_code: Short | None = Field(default=None, description="Postal code.")
    city: Short | None = Field(default=None, description="City.")
    country: Country | None = Field(default=None, description="ISO 3166 two-letter country code.")
    email: Short | None = Field(default=None, description="Email address for invoices.")
    endpoint_scheme: Short | None = Field(default=None, description="Scheme of the electronic address, such as 0088 (GLN).")
    endpoint_id: Short | None = Field(default=None, description="Electronic address, such as a Peppol participant id.")
    language: Language | None = Field(default=None, description="Language of documents, such as en or nl-BE.")


class CreateSeller(Keyed):
    """A new seller: the company that invoices."""

    party: PartyInput = Field(description="Who sells, as it stands on documents.")
    vat: Vat = Field(description="VAT of its new projects, unless they say otherwise.")
    iban: Iban | None = Field(default=None, description="Bank account; checked.")
    bic: Bic | None = Field(default=None, description="BIC of the bank; checked.")
    legal_text: Text | None = Field(default=None, description="Legal text at the foot of documents.")
    invoice_number_format: NumberFormat = Field(
        default="INV-{sequence:05d}", description="How invoice numbers are written; {sequence} is the number."
    )
    credit_note_number_format: NumberFormat = Field(default="CN-{sequence:05d}", description="How credit note numbers are written.")

    @model_validator(mode="after")
    def _series_differ(self) -> Self:
        if self.invoice_number_format == self.credit_note_number_format:
            raise ValueError("invoices and credit notes need different number formats, or two documents get the same number")
        return self


class CreateCustomer(Keyed):
    """A new customer."""

    name: Title = Field(description="The name you know it by.")
    kind: CustomerKind = Field(default=CustomerKind.BUSINESS, description="Business, consumer or public body.")
    party: PartyInput | None = Field(default=None, description="Who buys, as it stands on documents; absent: the name alone.")
    buyer_reference: Short | None = Field(default=None, description="Reference that the buyer asks for on every invoice (BT-10).")
    payment_term_days: Annotated[int, Field(ge=0, le=3650)] = Field(default=30, description="Days from issue to due date.")
