"""The promises of docs/compatibility.md for an upgrade of a source are kept: for tokens, keys, names and kinds of invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.docs.office import opened
from tests.docs.tide import TIDE, Dearer, Earlier, Higher, Regular, Renamed, Tide, beside, shown
from tests.e2e.story import create, project, refuse

if TYPE_CHECKING:
    from tests.e2e.client import Billhook

    from billhook.sources import Sources


def previewed(billhook: Billhook, website: str) -> str:
    query = "query($input: PreviewInvoiceInput!) { previewInvoice(input: $input) { preview { token } } }"
    token: str = billhook.graphql(query, {"input": {"projectId": website, "source": TIDE}})["previewInvoice"]["preview"]["token"]
    return token


@pytest.mark.parametrize(
    ("later", "code"), [(Earlier, None), (Dearer, "STATE_CHANGED"), (Higher, "STATE_CHANGED")], ids=["same", "other price", "new option"]
)
def test_a_token_is_good_while_the_same_request_makes_the_same_document(
    database_url: str, sources: Sources, later: type[Tide], code: str | None
) -> None:
    with opened(database_url, beside(sources, Earlier())) as billhook:
        website = project(billhook)
        token = previewed(billhook, website)
    with opened(database_url, beside(sources, later(), version="2.0")) as billhook:
        if code is None:
            assert shown(billhook, create(billhook, website, TIDE, previewToken=token))["source"]["version"] == "2.0"
        else:
            assert refuse(billhook, website, TIDE, previewToken=token)["code"] == code


def test_an_idempotency_key_gives_the_same_invoice_after_an_upgrade_without_asking_the_source(database_url: str, sources: Sources) -> None:
    with opened(database_url, beside(sources, Earlier())) as billhook:
        website = project(billhook)
        made = create(billhook, website, TIDE, idempotencyKey="tide-1")
    with opened(database_url, beside(sources, Dearer(), version="2.0")) as billhook:
        again = create(billhook, website, TIDE, idempotencyKey="tide-1")
        assert (again["id"], again["net"]) == (made["id"], "100.00")
        assert shown(billhook, again)["source"]["version"] == "1.0"


def test_a_new_option_makes_another_request_of_a_used_key_and_nothing_is_done_twice(database_url: str, sources: Sources) -> None:
    with opened(database_url, beside(sources, Earlier())) as billhook:
        website = project(billhook)
        create(billhook, website, TIDE, idempotencyKey="tide-1")
    with opened(database_url, beside(sources, Higher(), version="2.0")) as billhook:
        assert refuse(billhook, website, TIDE, idempotencyKey="tide-1")["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert billhook.graphql("{ invoices { totalCount } }")["invoices"] == {"totalCount": 1}


def test_another_name_is_another_source_with_keys_of_its_own(database_url: str, sources: Sources) -> None:
    with opened(database_url, beside(sources, Earlier())) as billhook:
        website = project(billhook)
        old = create(billhook, website, TIDE)
    with opened(database_url, beside(sources, Renamed(), version="2.0")) as billhook:
        assert create(billhook, website, {"ebb": {"word": "spring"}})["net"] == "100.00"
        assert shown(billhook, old)["source"]["installed"] is False


def test_another_effect_counts_for_new_invoices(database_url: str, sources: Sources) -> None:
    with opened(database_url, beside(sources, Earlier())) as billhook:
        website = project(billhook)
        old = create(billhook, website, TIDE)
    with opened(database_url, beside(sources, Regular(), version="2.0")) as billhook:
        new = create(billhook, website, {"tide": {"word": "neap"}})
        assert (old["kind"], new["kind"]) == ("ADVANCE", "REGULAR")
        assert shown(billhook, old)["source"]["effect"] == "REGISTERS_ADVANCE_CREDIT"
