"""The page for front ends speaks of the scalars and codes that there are, and the types of the example are those that it names."""

from __future__ import annotations

import re

from graphql import GraphQLScalarType, build_schema, is_specified_scalar_type
from tests.docs.markdown import DOCS, ROOT, rows

PAGE = DOCS / "frontend.md"
SCHEMA = ROOT / "schema" / "schema.graphql"
CODEGEN = ROOT / "examples" / "frontend" / "codegen.ts"


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_it_says_of_every_scalar_what_it_is_in_typescript() -> None:
    types = build_schema(SCHEMA.read_text(encoding="utf-8")).type_map.values()
    own = {kind.name for kind in types if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind)}
    assert {name for cell, *_ in rows(PAGE, "scalar") for name in named(cell)} == own | {"ID"}


def test_the_example_gives_each_scalar_a_type_and_no_amount_is_a_number() -> None:
    [given] = re.findall(r"scalars: \{(.*?)\}", CODEGEN.read_text(encoding="utf-8"), re.DOTALL)
    types = dict(re.findall(r"(\w+): '([^']+)'", given))
    assert types.keys() == {name for cell, *_ in rows(PAGE, "scalar") for name in named(cell)}
    assert "number" not in types.values()
    assert "export type Decimal = string;" in (CODEGEN.parent / "src" / "scalars.ts").read_text(encoding="utf-8")


def test_every_code_that_it_names_is_a_top_level_one() -> None:
    known = {name for cell, *_ in rows(DOCS / "errors.md", "code") for name in named(cell)}
    codes = [name for cell, *_ in rows(PAGE, "code") for name in named(cell)]
    assert len(codes) == len(set(codes)) == 12
    assert set(codes) <= known
