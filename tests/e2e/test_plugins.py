"""Plugins are listed for admins, those that were left out too; a server with broken ones runs on."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_cli import run

from billhook.billing.transaction import Viewer
from billhook.domain.source import Effect
from billhook.domain.words import Role
from billhook.sources import BrokenPlugin, Sources, load_sources
from billhook_schema.compose import build_schema
from billhook_schema.context import Context, open_door

if TYPE_CHECKING:
    from strawberry import Schema
    from tests.e2e.client import Billhook
    from tests.e2e.test_cli import Run

    from billhook.billing.workspace import Workspace

__all__ = ["run"]

FIELDS = "{ plugins { name label effect settlesAdvances package version state reason } }"
BROKEN = BrokenPlugin("tide", "acme", "2.0", "ValueError: low")
BLOCKED = BrokenPlugin("moon", "acme", "2.0", "left out by BILLHOOK_PLUGINS_BLOCK", blocked=True)


@pytest.fixture(scope="session")
def sources() -> Sources:
    return Sources(load_sources(third_party=False, strict=True).installed, (BROKEN, BLOCKED))


@pytest.fixture(scope="session")
def schema(sources: Sources) -> Schema:
    return build_schema(sources)


def left_out(name: str, state: str, reason: str) -> dict[str, Any]:
    unknown = {"label": None, "effect": None, "settlesAdvances": None}
    return {"name": name, **unknown, "package": "acme", "version": "2.0", "state": state, "reason": reason}


def test_an_admin_sees_what_works_and_what_was_left_out_and_why(billhook: Billhook, sources: Sources) -> None:
    plugins = billhook.graphql(FIELDS)["plugins"]
    assert plugins == [
        {
            "name": found.name,
            "label": found.label,
            "effect": found.effect.name,
            "settlesAdvances": found.name == "phase",
            "package": "billhook",
            "version": "0.1.0",
            "state": "WORKS",
            "reason": None,
        }
        for found in sources
    ] + [left_out("tide", "BROKEN", "ValueError: low"), left_out("moon", "BLOCKED", "left out by BILLHOOK_PLUGINS_BLOCK")]
    assert [found.name for found in sources if found.effect is Effect.CLEARS_UNBILLED_TIME] == ["phase", "timetracking"]


def test_the_sources_are_those_that_work(billhook: Billhook, sources: Sources) -> None:
    assert [found["name"] for found in billhook.graphql("{ invoiceSources { name } }")["invoiceSources"]] == list(sources.installed)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_sees_the_plugins_and_the_rest_of_the_answer_stands(workspace: Workspace, schema: Schema, role: Role) -> None:
    async def ask() -> Any:  # noqa: ANN401 - strawberry's result
        context = Context(open_door(workspace), Viewer(name="Ann", role=role), "case-9")
        return await schema.execute(f"{{ viewer {{ role }} {FIELDS.strip('{}')} }}", context_value=context)

    answer = asyncio.run(ask())
    assert answer.data == {"viewer": {"role": role.name}, "plugins": None}
    [error] = answer.errors
    assert (error.path, error.message, error.extensions) == (
        ["plugins"],
        f"Query.plugins is not for a {role.name.lower()}.",
        {"code": "FORBIDDEN", "requestId": "case-9"},
    )


def test_the_command_prints_the_same_as_json(run: Run, billhook: Billhook) -> None:
    done = run("plugins", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [plugin for plugin in billhook.graphql(FIELDS)["plugins"] if plugin["state"] == "WORKS"]
    blocked = json.loads(run("plugins", "--json", BILLHOOK_PLUGINS_BLOCK="deal", BILLHOOK_PLUGINS_STRICT="1").stdout)
    assert [plugin["state"] for plugin in blocked] == ["WORKS"] * 4 + ["BLOCKED"]
    assert (blocked[4]["name"], blocked[4]["reason"]) == ("deal", "left out by BILLHOOK_PLUGINS_BLOCK")
