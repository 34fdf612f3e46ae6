"""Every setting, from BILLHOOK_* environment variables or a `.env` file; a wrong one is one clear line and exit 2."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import pycountry
from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

from billhook.domain.errors import Misconfiguration

NO_MONEY = frozenset(["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"])
"""Metals, units of account and test codes: ISO 4217 gives them no minor unit."""


ORIGIN = re.compile(r"(https?)://([a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?")
"""A page's server as browsers name it: in small letters, and a name of another alphabet as xn--..."""
DEFAULT_PORTS = {"http": 80, "https": 443}
LAST_PORT = 65535
MAX_WORKERS = 64
PREFIX = "BILLHOOK_"
ALIKE = 0.85
"""How much of two names is the same, from 0 to 1, where one is taken for the other misspelled."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone, such as Europe/Amsterdam")
    return name


def known_currency(code: str) -> str:
    """Return an ISO 4217 code in which something can be paid. Raises ValueError for another."""
    known = pycountry.currencies.get(alpha_3=code)
    if known is None or known.alpha_3 != code or code in NO_MONEY:  # it finds `eur`, too
        raise ValueError(f"{code[:10]!r} is not an ISO 4217 currency code, such as EUR")
    return code


def _known_database(url: str) -> str:
    """Return the URL of a database. Raises ValueError for one that names none; the message does not repeat it, for its password."""
    url = f"postgresql://{url.removeprefix('postgres://')}" if url.startswith("postgres://") else url
    if url.startswith("postgresql://"):
        address = urlsplit(url)
        try:
            address.port  # noqa: B018 - reading it checks it
        except ValueError:
            raise ValueError("the port of the database is not a number up to 65535") from None
        if address.netloc.count("@") > 1:
            raise ValueError("write an @ in the user or password of the database as %40")
    elif not url.startswith("sqlite:///"):
        raise ValueError("a database URL starts with sqlite:/// or postgresql://")
    elif url.removeprefix("sqlite:///") in {"", ":memory:"}:
        raise ValueError("name the file of the database, such as sqlite:///billhook.db")
    return url


def _known_origins(origins: str) -> str:
    """Return origins as browsers send them. Raises ValueError for any other, and for the one that stands for all."""
    for origin in _names(origins):
        parts = ORIGIN.fullmatch(origin)
        port = int(parts[3] or 0) if parts else 0
        if parts is None or port > LAST_PORT:
            raise ValueError(f"{origin!r} is not the origin of a page, such as https://app.example.com: no path, no capitals, no *")
        if port == DEFAULT_PORTS[parts[1]]:
            raise ValueError(f"{origin!r} has the port that browsers leave out: write it without")
    return origins


def _names(separated: str) -> frozenset[str]:
    return frozenset(name.strip() for name in separated.split(",") if name.strip())


class Settings(BaseSettings):
    """The settings; each is the environment variable BILLHOOK_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    database_url: Annotated[str, AfterValidator(_known_database)] = Field(default="sqlite:///billhook.db", description="Where the data is.")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="The workspace's time zone: decides what day it is."
    )
    currency: Annotated[str, AfterValidator(known_currency)] = Field(default="EUR", description="Currency of new projects that name none.")
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to serve on.")
    port: Annotated[int, Field(ge=0, le=LAST_PORT)] = Field(default=8000, description="Port to serve on; 0 takes a free one.")
    workers: Annotated[int, Field(ge=1, le=MAX_WORKERS)] = Field(default=1, description="Processes that `billhook serve` answers from.")
    pool_size: Annotated[int, Field(ge=1, le=100)] = Field(default=8, description="Database connections of one process.")
    lock_timeout: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=10, description="Seconds to wait for others who write to the same, before CONFLICT."
    )
    statement_timeout: Annotated[int, Field(ge=1, le=86_400)] = Field(
        default=30, description="Seconds that one statement may take on PostgreSQL."
    )
    write_attempts: Annotated[int, Field(ge=1, le=20)] = Field(
        default=5, description="Times that a mutation is tried when others overtake it, before CONFLICT."
    )
    page_size: Annotated[int, Field(ge=1, le=1000)] = Field(default=50, description="Items on a page unless asked otherwise.")
    max_page_size: Annotated[int, Field(ge=1, le=1000)] = Field(default=100, description="Most items on a page.")
    max_body_bytes: Annotated[int, Field(ge=1000)] = Field(default=1_000_000, description="Largest request body.")
    max_query_tokens: Annotated[int, Field(ge=100)] = Field(default=5000, description="Most tokens of a GraphQL document.")
    max_query_depth: Annotated[int, Field(ge=5)] = Field(default=20, description="Deepest selection of a GraphQL document.")
    max_query_aliases: Annotated[int, Field(ge=1)] = Field(default=100, description="Most aliases in a GraphQL document.")
    max_query_repeats: Annotated[int, Field(ge=1)] = Field(default=50, description="Most times a document selects one field of the answer.")
    max_query_length: Annotated[int, Field(ge=1000)] = Field(default=100_000, description="Longest GraphQL document, in characters.")
    max_query_cost: Annotated[int, Field(ge=1, le=10**9)] = Field(default=50_000, description="Most that an operation may cost.")
    max_invoice_lines: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=10_000, description="Most lines of an invoice, without those that take advances off."
    )
    max_subscription_periods: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=1000, description="Most periods one run of subscriptions invoices, and of one subscription that are offered at a time."
    )
    max_subscriptions: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1000, description="Most GraphQL subscriptions that are open in one process."
    )
    heartbeat: Annotated[int, Field(ge=1, le=300)] = Field(
        default=15, description="Seconds after which an open subscription gives a sign of life, and its access is looked up again."
    )
    max_failed_logins: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=10, description="Wrong tokens that one address may send in a minute."
    )
    cors_origins: Annotated[str, AfterValidator(_known_origins)] = Field(
        default="", description="Origins of the web pages that may ask, separated by commas, such as https://app.example.com."
    )
    persisted_documents: str = Field(default="", description="A JSON file of the only documents to answer, each by its SHA-256.")
    log_format: Literal["human", "json"] = Field(default="human", description="How `billhook serve` logs: `human` or `json`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What it logs: from `debug`, `info`, `warning` or `error` on."
    )
    plugins_strict: bool = Field(default=False, description="Refuse to start when a plugin is broken.")
    plugins_block: str = Field(default="", description="Names of plugins to leave out, separated by commas.")

    @field_validator("max_page_size")
    @classmethod
    def _a_page_fits(cls, most: int, others: ValidationInfo) -> int:
        if most < others.data.get("page_size", 1):
            raise ValueError(f"{most} is less than BILLHOOK_PAGE_SIZE")
        return most

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def blocked_plugins(self) -> frozenset[str]:
        """Names of the plugins to leave out."""
        return _names(self.plugins_block)

    @property
    def allowed_origins(self) -> frozenset[str]:
        """Origins of the pages of other servers that may ask this one."""
        return _names(self.cors_origins)


class GivenSettings(Settings):
    """Only what is given counts, and defaults: no environment, no file .env."""

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, *_others: Any, **_named: Any) -> tuple[Any, ...]:  # noqa: ANN401, ARG003 - as pydantic-settings calls it
        """Read what is given, and nothing else."""
        return (init_settings,)


def read_settings() -> Settings:
    """Read the settings of this process. Raises Misconfiguration with one line a wrong value."""
    try:
        return Settings()
    except ValidationError as error:
        said = [(e["loc"], e["msg"].removeprefix("Value error, ").removeprefix("Input ")) for e in error.errors()]
        wrong = (f"{PREFIX}{'_'.join(map(str, setting)).upper()}: {message}" for setting, message in said)
        raise Misconfiguration("; ".join(wrong)) from None
    except UnicodeDecodeError as error:
        raise Misconfiguration(f"the file .env is not UTF-8 text, from its byte {error.start + 1} on") from None


def unknown_variables() -> dict[str, str | None]:
    """Return the names like those of settings, in the environment or `.env`, that are none, each with the setting that it resembles."""
    sources: tuple[EnvSettingsSource, ...] = (DotEnvSettingsSource(Settings), EnvSettingsSource(Settings))
    named = {name.upper() for source in sources for name in source.env_vars if name.upper().startswith(PREFIX)}
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return {name: next(iter(get_close_matches(name, known, 1, ALIKE)), None) for name in sorted(named - known)}
