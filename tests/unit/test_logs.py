"""A line of the log: one line, of what billhook says, and never of what a client sent."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest

from billhook.cli.logs import expect_to_be_cut_off, formatter

SECRET = "correct horse"  # noqa: S105 - what a client sent, in a test
FORGED = "a\nb\r\x1b[2J\x9b1m\u2028\u202e\ud800 {x}"
HARMLESS = r"a\x0ab\x0d\x1b[2J\x9b1m\u2028\u202e\ud800 {x}"


def record(message: str, raised: BaseException | None = None, *, name: str = "billhook.errors", **extra: object) -> logging.LogRecord:
    """A record, of an exception if one was raised."""
    info = None if raised is None else (type(raised), raised, raised.__traceback__)
    made = logging.LogRecord(name, logging.ERROR, "file.py", 1, message, (), info)
    vars(made).update(extra)
    return made


def json_of(made: logging.LogRecord) -> dict[str, Any]:
    line = formatter("json").format(made)
    assert "\n" not in line
    parsed: dict[str, Any] = orjson.loads(line)
    return parsed


def test_a_line_of_json_has_a_moment_in_utc_a_level_a_logger_and_the_known_fields() -> None:
    line = json_of(record("operation", request_id="r-1", codes=["INTERNAL"], cost=None, color_message="\x1b[1m", variables=SECRET))
    moment = line.pop("timestamp")
    assert moment.endswith("Z")
    assert line == {
        "event": "operation",
        "level": "error",
        "logger": "billhook.errors",
        "request_id": "r-1",
        "codes": ["INTERNAL"],
        "cost": None,
    }


def test_a_line_for_people_leaves_out_what_there_is_none_of() -> None:
    line = formatter("human").format(record("operation", request_id="r-1", codes=["A", "B"], cost=None, statements=0))
    assert line.partition(" ")[2] == "[error] operation [billhook.errors] request_id=r-1 codes=A,B statements=0"


@pytest.mark.parametrize("form", ["human", "json"])
def test_nothing_ends_a_line_or_steers_a_terminal(form: str) -> None:
    line = formatter(form).format(record(f"failed {FORGED}", operation=FORGED, codes=["A"], who="x status=200"))
    assert line.isprintable()
    if form == "json":
        parsed = orjson.loads(line)
        assert (parsed["event"], parsed["operation"]) == ("failed a", HARMLESS)
    else:
        assert "operation='" + HARMLESS.replace("\\", "\\\\") + "'" in line
        assert "who='x status=200'" in line


def fail() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise KeyError(SECRET) from error


def test_an_exception_is_a_field_with_its_causes_their_types_and_places_and_not_their_words() -> None:
    with pytest.raises(KeyError) as raised:
        fail()
    line = json_of(record("it failed", raised.value))
    told = line["exception"].split("\n")
    assert [row for row in told if not row.startswith("  ")] == ["ValueError", "and then:", "KeyError"]
    assert "    int(SECRET)" in told
    assert SECRET not in str(line)


def test_all_exceptions_of_a_group_are_told_of() -> None:
    group = ExceptionGroup(SECRET, [OSError(SECRET), LookupError(SECRET)])
    line = json_of(record("they failed", group))
    told = [row for row in line["exception"].split("\n") if not row.startswith("  ")]
    assert told == ["OSError", "and, together with it:", "LookupError", "and, together with it:", "ExceptionGroup"]
    assert SECRET not in str(line)


def test_of_what_was_forgotten_in_a_task_only_the_first_line_is_told() -> None:
    forgotten = f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{SECRET}')>"
    assert json_of(record(forgotten, name="asyncio"))["event"] == "Task exception was never retrieved"


def test_a_message_and_a_name_have_an_end() -> None:
    assert json_of(record("x" * 5000))["event"] == "x" * 1000


def test_of_what_is_cut_off_the_server_alone_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = logging.NullHandler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    names = ("billhook.operations", "uvicorn.error", "sqlalchemy.pool.impl.QueuePool", "py.warnings", "asyncio")
    assert [name for name in names if handler.filter(record("said", name=name))] == list(names)
    expect_to_be_cut_off()
    assert [name for name in names if handler.filter(record("said", name=name))] == ["billhook.operations", "uvicorn.error"]
