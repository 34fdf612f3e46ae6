"""Apollo Client and urql ask with the documents of the example, by their hashes, from a server with a list of them and from one without."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.docs.markdown import ROOT
from tests.e2e.server import serving
from tests.frontend.conftest import Between
from tests.node import node, printed

from billhook.billing.access import create_access_token
from billhook.billing.inputs.access import CreateAccessToken
from billhook.domain.words import Role
from billhook.http.app import create_app

if TYPE_CHECKING:
    from billhook.billing.workspace import Workspace

FRONTEND = ROOT / "examples" / "frontend"
LIST = FRONTEND / "clients" / "gql" / "persisted-documents.json"
SHOWN = """\
2842.50 of Audio tour
2537.50 of Collection search
2.02 of Website is a DRAFT
Website is no longer proposed
"""


@pytest.mark.parametrize("client", ["apollo", "urql"])
@pytest.mark.parametrize("listed", [False, True])
def test_it_asks_by_hash_and_shows_the_exact_amounts(demo: Workspace, client: str, *, listed: bool) -> None:
    settings = demo.settings.model_copy(update={"persisted_documents": str(LIST)}) if listed else demo.settings
    token = demo.write(partial(create_access_token, given=CreateAccessToken(name="Front end", role=Role.BILLER)))[1]
    between = Between(create_app(replace(demo, settings=settings)))
    words = [client, *(["listed"] if listed else [])]
    with serving(between) as address:
        ran = node(FRONTEND, "clients/main.ts", *words, API_URL=f"{address}/graphql", API_TOKEN=token)
        assert printed(ran) == SHOWN
    assert all("persistedQuery" in asked["extensions"] for asked in between.asked)
    assert ["query" in asked for asked in between.asked] == ([False] * 3 if listed else [False, True] * 3)
