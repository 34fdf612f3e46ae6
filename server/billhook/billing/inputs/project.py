"""Inputs for projects, phases, external costs, deals and subscriptions."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from billhook.billing.inputs.common import ID, Amount, CurrencyCode, Day, Keyed, LineText, Quantity, Title, UnitPrice
from billhook.domain.options import Vat
from billhook.domain.proposal import FreeLineInput
from billhook.domain.words import BillingMethod, CycleUnit, PhaseStatus, ProjectStatus, RatePolicy

AgreedLines = Annotated[tuple[FreeLineInput, ...], Field(min_length=1, max_length=200)]


class CreateProject(Keyed):
    """A new project of a customer."""

    customer_id: ID = Field(description="Whose project it is. Frozen at its first live invoice.")
    title: Title = Field(description="Title.")
    currency: CurrencyCode | None = Field(
        default=None, description="ISO 4217 code; absent: the workspace's. Frozen at its first live invoice."
    )
    rate_policy: RatePolicy = Field(default=RatePolicy.PROJECT, description="Where hourly rates come from.")
    hourly_rate: Amount | None = Field(default=None, description="The project's rate, used with policy PROJECT.")
    vat: Vat | None = Field(default=None, description="Default VAT; absent: the seller's.")
    seller_id: ID | None = Field(default=None, description="Who invoices it; absent: the workspace's first seller.")
    status: ProjectStatus = Field(default=ProjectStatus.ACTIVE, description="How far it is. Billing does not look at it.")


class CreatePhase(Keyed):
    """A new phase of a project."""

    project_id: ID = Field(description="Its project; a phase stays on it.")
    title: Title = Field(description="Title.")
    billing_method: BillingMethod = Field(default=BillingMethod.TIME_AND_MATERIALS, description="How it is billed.")
    hourly_rate: Amount | None = Field(default=None, description="Rate of its time; absent: the project's policy.")
    fixed_price: Amount | None = Field(default=None, description="Price, for FIXED_PRICE only.")
    vat: Vat | None = Field(default=None, description="VAT; absent: the project's.")
    status: PhaseStatus = Field(default=PhaseStatus.OPEN, description="Whether it still takes work.")

    @model_validator(mode="after")
    def _price_fits_method(self) -> Self:
        if (self.billing_method is BillingMethod.FIXED_PRICE) != (self.fixed_price is not None):
            raise ValueError("a FIXED_PRICE phase needs fixedPrice, and only it has one")
        return self


class CreateExternalCost(Keyed):
    """A new external cost of a project or phase."""

    project_id: ID = Field(description="Its project.")
    phase_id: ID | None = Field(default=None, description="Its phase, if any.")
    description: LineText = Field(description="What it was for.")
    incurred_on: Day | None = Field(default=None, description="Day of the cost; absent: today.")
    quantity: Quantity = Field(default=Decimal(1), description="How many, up to 6 decimals.")
    unit_price: UnitPrice = Field(description="Price of one, excluding VAT, up to 6 decimals.")
    vat: Vat | None = Field(default=None, description="VAT; absent: the phase's, else the project's.")
    billable: bool = Field(default=True, description="Whether it is billed to the customer.")


class CreateDeal(Keyed):
    """A new deal: a value sold beforehand."""

    project_id: ID = Field(description="The one project it belongs to.")
    title: Title = Field(description="Title.")
    lines: AgreedLines = Field(description="What was sold; the value is the sum of the lines.")


class CreateSubscription(Keyed):
    """A new subscription: billed period by period, in advance."""

    project_id: ID = Field(description="Its project.")
    title: Title = Field(description="Title.")
    lines: AgreedLines = Field(description="What one period costs.")
    starts_on: Day = Field(description="Start of the first period; the anchor of all others.")
    ends_on: Day | None = Field(default=None, description="No period starts after this day.")
    every: Annotated[int, Field(ge=1, le=1000)] = Field(default=1, description="Length of the cycle, in units.")
    unit: CycleUnit = Field(default=CycleUnit.MONTH, description="Unit of the cycle.")
    book: bool = Field(default=False, description="Whether runSubscriptions books its invoices at once.")

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("endsOn is before startsOn")
        return self
