"""What Apollo Client and urql keep and throw away: parts of one thing that has no id, an old preview, and data beside an error."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.docs.markdown import ROOT
from tests.e2e.server import serving
from tests.frontend.conftest import Between
from tests.node import node, printed

from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook.http.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from billhook.billing.workspace import Workspace

FRONTEND = ROOT / "examples" / "frontend"
HERE = "../../tests/frontend"
WEBSITE, NORA = encode("Project", 1), encode("User", 1)
SETTLED = """\
complete {"viewer":{"role":"ADMIN"},"projects":{"nodes":[{"id":"UHJvamVjdDox","title":"Website",\
"billing":{"id":"UHJvamVjdEJpbGxpbmc6MQ","unbilled":{"amount":{"amount":"401.67"}},"openAdvance":{"amount":"400.00"}}}]}}
complete {"viewer":{"name":"local"},"projects":{"totalCount":1,"edges":[{"node":{"id":"UHJvamVjdDox",\
"billing":{"id":"UHJvamVjdEJpbGxpbmc6MQ","unbilled":{"seconds":14460,"amount":{"currency":"EUR"}},"openAdvance":{"currency":"EUR"}}}}]}}
"""
PREVIEWED = """\
2.02 2.02
2.02 2.02
123.02 123.02
"""
NOT_SHOWN = "FORBIDDEN: TimeEntry.amount is not for a timekeeper."
TRACKED = '{"trackTime":{"timeEntry":{"seconds":60,"amount":null}}}'


def test_two_queries_of_different_parts_settle_without_a_warning(demo: Workspace) -> None:
    between = Between(create_app(demo))
    with serving(between) as address:
        ran = node(FRONTEND, f"{HERE}/merging.mts", API_URL=f"{address}/graphql")
    assert printed(ran) == SETTLED
    assert Counter(asked["operationName"] for asked in between.asked) == {"One": 3, "Other": 3}  # the hash, the text; the hash again


def test_a_preview_is_given_again_unless_it_is_asked_for_anew(demo: Workspace) -> None:
    with serving(create_app(demo)) as address:
        ran = node(FRONTEND, f"{HERE}/previews.mts", API_URL=f"{address}/graphql", PROJECT=WEBSITE, NORA=NORA)
    assert printed(ran) == PREVIEWED


def test_what_was_done_is_lost_beside_an_error_unless_both_are_asked_for(demo: Workspace, token_of: Callable[[Role], str]) -> None:
    token = token_of(Role.TIMEKEEPER)
    between = Between(create_app(demo))
    with serving(between) as address:
        ran = node(FRONTEND, f"{HERE}/partly.mts", API_URL=f"{address}/graphql", API_TOKEN=token, PROJECT=WEBSITE)
    assert printed(ran) == f"{NOT_SHOWN}\n" + f"{TRACKED} {NOT_SHOWN}\n" * 2
    assert ["query" in asked for asked in between.asked] == [False, True, False, False]  # none of it is tried again
