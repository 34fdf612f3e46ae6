"""Settings come from BILLHOOK_* or a `.env` file; a wrong one is one clear line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from billhook.domain.errors import Misconfiguration
from billhook.settings import Settings, read_settings, unknown_variables

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("BILLHOOK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def wrong(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """Return the line that these variables are refused with."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Misconfiguration) as refused:
        read_settings()
    return str(refused.value)


def test_everything_has_a_default() -> None:
    settings = read_settings()
    assert (settings.database_url, settings.currency, settings.zone) == ("sqlite:///billhook.db", "EUR", ZoneInfo("UTC"))
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.plugins_strict, settings.blocked_plugins) == (False, frozenset())


def test_a_setting_is_billhook_and_its_name_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLHOOK_TIME_ZONE", "Europe/Amsterdam")
    monkeypatch.setenv("BILLHOOK_PORT", "0")
    monkeypatch.setenv("BILLHOOK_PLUGINS_STRICT", "1")
    settings = read_settings()
    assert (settings.zone, settings.port, settings.plugins_strict) == (ZoneInfo("Europe/Amsterdam"), 0, True)


def test_a_dot_env_file_is_read_and_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("BILLHOOK_CURRENCY=USD\nBILLHOOK_PAGE_SIZE=7\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("BILLHOOK_CURRENCY", "JPY")
    settings = read_settings()
    assert (settings.currency, settings.page_size) == ("JPY", 7)


def test_a_dot_env_file_that_is_no_text_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"BILLHOOK_PORT=1\nOTHER=Z\xfcrich\n")
    assert wrong(monkeypatch) == "the file .env is not UTF-8 text, from its byte 24 on"


def test_names_that_are_no_settings_are_found_with_what_they_resemble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("BILLHOOK_PERSISTED_DOCUMENT=list.json\nBILLHOOK_PORT=1\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("BILLHOOK_RETAINER", "1")
    monkeypatch.setenv("BILLHOOK_PLUGIN_BLOCK", "phase")
    monkeypatch.setenv("BILLHOOK_CURRENCY", "JPY")
    assert unknown_variables() == {
        "BILLHOOK_PERSISTED_DOCUMENT": "BILLHOOK_PERSISTED_DOCUMENTS",
        "BILLHOOK_PLUGIN_BLOCK": "BILLHOOK_PLUGINS_BLOCK",
        "BILLHOOK_RETAINER": None,
    }


@pytest.mark.parametrize(
    ("text", "names"), [("", set()), ("a", {"a"}), (" a, b ,,a ", {"a", "b"}), (",", set())], ids=["none", "one", "two", "comma"]
)
def test_blocked_plugins_are_names_separated_by_commas(text: str, names: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLHOOK_PLUGINS_BLOCK", text)
    assert read_settings().blocked_plugins == names


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("TIME_ZONE", "Amsterdam", "'Amsterdam' is not an IANA time zone, such as Europe/Amsterdam"),
        ("TIME_ZONE", "../UTC", "'../UTC' is not an IANA time zone, such as Europe/Amsterdam"),
        ("CURRENCY", "eur", "'eur' is not an ISO 4217 currency code, such as EUR"),
        ("CURRENCY", "EUX", "'EUX' is not an ISO 4217 currency code, such as EUR"),
        ("DATABASE_URL", "mysql://x", "a database URL starts with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "sqlite:x.db", "a database URL starts with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "postgresql://bill:secret@db:port/billhook", "the port of the database is not a number up to 65535"),
        ("DATABASE_URL", "postgresql://bill:sec@ret@db/billhook", "write an @ in the user or password of the database as %40"),
        ("DATABASE_URL", "sqlite:///", "name the file of the database, such as sqlite:///billhook.db"),
        ("DATABASE_URL", "sqlite:///:memory:", "name the file of the database, such as sqlite:///billhook.db"),
        ("HOST", "", "String should have at least 1 character"),
        ("PORT", "65536", "should be less than or equal to 65535"),
        ("PORT", "-1", "should be greater than or equal to 0"),
        ("MAX_INVOICE_LINES", "0", "should be greater than or equal to 1"),
        ("PAGE_SIZE", "1001", "should be less than or equal to 1000"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(name: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong(monkeypatch, **{f"BILLHOOK_{name}": value}) == f"BILLHOOK_{name}: {reason}"


def test_several_wrong_settings_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong(monkeypatch, BILLHOOK_CURRENCY="X", BILLHOOK_POOL_SIZE="0") == (
        "BILLHOOK_CURRENCY: 'X' is not an ISO 4217 currency code, such as EUR; BILLHOOK_POOL_SIZE: should be greater than or equal to 1"
    )


@pytest.mark.parametrize("url", ["sqlite:///billhook.db", "sqlite:////var/lib/billhook.db", "postgresql://billhook@db/billhook"])
def test_sqlite_and_postgresql_are_databases(url: str) -> None:
    assert Settings(database_url=url).database_url == url


def test_postgres_is_another_word_for_postgresql() -> None:
    assert Settings(database_url="postgres://bill:p%40ss@db:5433/billhook").database_url == "postgresql://bill:p%40ss@db:5433/billhook"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
