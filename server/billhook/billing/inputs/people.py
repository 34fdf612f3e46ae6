"""Inputs for users and work types."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from billhook.billing.inputs.common import NONE_IF_EMPTY, Amount, CurrencyCode, Input, Keyed, Short, Title


class RateInput(Input):
    """An hourly rate in one currency."""

    currency: CurrencyCode = Field(description="ISO 4217 code.")
    hourly_rate: Amount = Field(description='Per hour, with the currency\'s decimals: "95.00". 0 is a real 0.')


Rates = Annotated[tuple[RateInput, ...] | None, Field(max_length=50), NONE_IF_EMPTY]


class CreateUser(Keyed):
    """A new user: someone who tracks time."""

    name: Title = Field(description="Full name.")
    email: Short | None = Field(default=None, description="Email address; imports recognise users by it.")
    hourly_rates: Rates = Field(default=None, description="At most one rate per currency, used by projects with policy USER.")


class CreateWorkType(Keyed):
    """A new work type."""

    name: Title = Field(description="Name, such as Design.")
    hourly_rates: Rates = Field(default=None, description="At most one rate per currency, used by projects with policy WORK_TYPE.")
