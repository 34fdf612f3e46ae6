"""GraphQL over HTTP as the npm package graphql-http audits it: every MUST, SHOULD and MAY, against a real server."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.server import serving
from tests.e2e.settings import settings_for
from tests.node import node, printed

from billhook.billing.access import create_access_token
from billhook.billing.inputs.access import CreateAccessToken
from billhook.billing.workspace import open_workspace
from billhook.domain.words import Role
from billhook.http.app import create_app
from billhook.sources import load_sources
from billhook_schema.compose import check_options

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
AUDITS = dict(line.split(" ", maxsplit=1) for line in (HERE / "audits.txt").read_text(encoding="utf-8").splitlines())
"""The name of each audit, by its id: one that is gone, or asks for something else, is noticed."""
BOTH = pytest.mark.parametrize("server", ["open", "closed"], indirect=True)

Found = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server, and the token that opens it; none for one that has no tokens yet."""
    workspace = open_workspace(settings_for(tmp_path_factory.mktemp("audits") / "audits.db"), load_sources(check_options=check_options))
    viewer = CreateAccessToken(name="Auditor", role=Role.VIEWER)
    token = workspace.write(partial(create_access_token, given=viewer))[1] if request.param == "closed" else ""
    with serving(create_app(workspace)) as address:
        yield address, token
    workspace.engine.dispose()


@pytest.fixture(scope="module")
def found(server: tuple[str, str]) -> Found:
    return audited(*server)


def audited(address: str, token: str) -> Found:
    """Run all audits, and return what each found, by its id."""
    answers = json.loads(printed(node(HERE, "audit.mjs", f"{address}/graphql", BILLHOOK_TOKEN=token)))
    return {answer["id"]: answer for answer in answers}


@BOTH
def test_all_61_audits_were_run(found: Found) -> None:
    assert len(found) == 61
    assert {id_: answer["name"] for id_, answer in found.items()} == AUDITS


@BOTH
@pytest.mark.parametrize("audit", AUDITS.items(), ids=" ".join)
def test_the_server_passes(found: Found, audit: tuple[str, str]) -> None:
    answer = found[audit[0]]
    assert (answer["status"], answer["said"]) == ("ok", None), answer


@pytest.mark.parametrize("server", ["closed"], indirect=True)
def test_without_its_token_a_closed_server_fails_every_must(server: tuple[str, str]) -> None:
    answers = audited(server[0], token="").values()
    musts = [answer for answer in answers if answer["name"].startswith("MUST ")]
    assert {(answer["status"], answer["reason"]) for answer in musts} == {("error", "Response status code is not 200")}
    assert all(answer["said"].startswith("401 application/json ") for answer in musts)
    assert len(musts) == 13
