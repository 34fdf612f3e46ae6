"""docs/errors.md has every error, with a cause and a cure, and what its type has to tell."""

from __future__ import annotations

import re

from strawberry.types.base import get_object_definition
from tests.docs.markdown import DOCS, rows, section

from billhook.domain.errors import ErrorCode
from billhook.http.app import CODES
from billhook.http.documents import NOT_FOUND, NOT_IN_LIST
from billhook_schema.errors import DETAILED, InputError
from billhook_schema.masking import INTERNAL, PARSE_FAILED, TOO_EXPENSIVE, UNAVAILABLE, VALIDATION_FAILED
from billhook_schema.scalars import BAD_USER_INPUT

ERRORS = DOCS / "errors.md"


def test_every_error_code_has_a_cause_and_a_cure() -> None:
    headings = re.findall(r"^### (.*)$", ERRORS.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [code.name for code in ErrorCode]
    for code in headings:
        assert [line.partition(": ")[0] for line in section(ERRORS, f"### {code}").split("\n") if line] == ["- Cause", "- Cure"], code


def test_every_type_of_user_error_is_named_where_its_codes_are() -> None:
    for detailed in DETAILED:
        if detailed is not InputError:
            definition = get_object_definition(detailed, strict=True)
            assert definition.description is not None
            for code in definition.description.partition(":")[0].split(", "):
                assert f"Type `{definition.name}`" in section(ERRORS, f"### {code}"), code


def test_every_top_level_code_is_listed() -> None:
    listed = [code.strip("`") for code, _, _ in rows(ERRORS, "code")]
    assert len(set(listed)) == len(listed)
    by_name = {PARSE_FAILED, VALIDATION_FAILED, BAD_USER_INPUT, TOO_EXPENSIVE, NOT_FOUND, NOT_IN_LIST, UNAVAILABLE, INTERNAL}
    assert set(listed) == by_name | set(CODES.values())
