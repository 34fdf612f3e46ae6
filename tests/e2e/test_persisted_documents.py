"""Persisted documents: hashes instead of texts, and a server that answers the documents of a list alone."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from graphql import GraphQLError
from starlette.testclient import TestClient
from tests.e2e.settings import settings_for

from billhook.billing.workspace import Workspace
from billhook.domain.errors import Misconfiguration
from billhook.http.app import create_app
from billhook.http.documents import KEPT_CHARACTERS, Documents, documents_of
from billhook.settings import GivenSettings

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2
    from strawberry import Schema
    from tests.e2e.client import Billhook

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
QUERY = "query Who { viewer { name } }"
CREATE = 'mutation Add { createCustomer(input: {name: "Acme"}) { customer { name } } }'
WHO = {"data": {"viewer": {"name": "local"}}}
NOT_IN_LIST = "This server answers the documents of its list only, and this is none of them."
SHAPE = "'extensions.persistedQuery' must be an object with 'version' 1 and a 'sha256Hash'."
OTHERS_HASH = "The hash is not that of the document: send the SHA-256 of its UTF-8 bytes, in hexadecimal."


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def persisted(text: str) -> dict[str, object]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}


def ask(http: httpx2.Client, body: object, accept: str = GRAPHQL_RESPONSE) -> httpx2.Response:
    return http.post("/graphql", json=body, headers={"Accept": accept})


def data_of(response: httpx2.Response) -> object:
    return {"data": response.json()["data"]}


def error_of(response: httpx2.Response) -> tuple[int, str, str]:
    answer = response.json()
    assert list(answer) == ["errors"]
    [error] = answer["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


def test_a_hash_stands_for_a_document_that_was_sent_with_it(billhook: Billhook) -> None:
    by_hash = {"extensions": persisted(QUERY)}
    assert error_of(ask(billhook.http, by_hash)) == (400, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert data_of(ask(billhook.http, {"query": QUERY} | by_hash)) == WHO
    for nothing in ({}, {"query": None}, {"query": ""}):
        assert data_of(ask(billhook.http, nothing | by_hash)) == WHO


def test_a_hash_may_say_what_it_is(billhook: Billhook) -> None:
    by_hash = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": f"sha256:{hash_of(QUERY)}"}}}
    assert error_of(ask(billhook.http, by_hash))[1] == "PERSISTED_QUERY_NOT_FOUND"
    assert data_of(ask(billhook.http, {"query": QUERY} | by_hash)) == WHO
    for nothing in ({}, {"query": None}, {"query": ""}):
        assert data_of(ask(billhook.http, nothing | by_hash)) == WHO
    assert data_of(ask(billhook.http, {"extensions": persisted(QUERY)})) == WHO


def test_a_document_that_was_sent_without_its_hash_is_not_kept(billhook: Billhook) -> None:
    assert data_of(ask(billhook.http, {"query": QUERY})) == WHO
    assert error_of(ask(billhook.http, {"extensions": persisted(QUERY)}))[1] == "PERSISTED_QUERY_NOT_FOUND"


def test_clients_that_know_only_json_are_told_of_an_unknown_hash_with_200(billhook: Billhook) -> None:
    asked = {"extensions": persisted(QUERY)}
    assert error_of(ask(billhook.http, asked, JSON)) == (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")


def test_a_hash_is_taken_from_a_url_too_and_still_changes_nothing(billhook: Billhook) -> None:
    for document in (QUERY, CREATE):
        ask(billhook.http, {"query": document, "extensions": persisted(document)})
    read = billhook.http.get("/graphql", params={"extensions": json.dumps(persisted(QUERY))})
    write = billhook.http.get("/graphql", params={"extensions": json.dumps(persisted(CREATE))})
    assert (data_of(read), write.status_code) == (WHO, 405)
    assert billhook.graphql("{ customers { totalCount } }") == {"customers": {"totalCount": 1}}


def test_the_hash_of_another_document_is_refused_and_replaces_nothing(billhook: Billhook) -> None:
    ask(billhook.http, {"query": QUERY, "extensions": persisted(QUERY)})
    assert error_of(ask(billhook.http, {"query": CREATE, "extensions": persisted(QUERY)})) == (400, "BAD_REQUEST", OTHERS_HASH)
    assert data_of(ask(billhook.http, {"extensions": persisted(QUERY)})) == WHO
    assert billhook.graphql("{ customers { totalCount } }") == {"customers": {"totalCount": 0}}


@pytest.mark.parametrize(
    "given",
    [
        {"persistedQuery": "abc"},
        {"persistedQuery": {"sha256Hash": hash_of(QUERY)}},
        {"persistedQuery": {"version": 2, "sha256Hash": hash_of(QUERY)}},
        {"persistedQuery": {"version": 1}},
        {"persistedQuery": {"version": 1, "sha256Hash": 7}},
    ],
)
def test_a_hash_of_another_form_is_answered_400(billhook: Billhook, given: object) -> None:
    assert error_of(ask(billhook.http, {"query": QUERY, "extensions": given})) == (400, "BAD_REQUEST", SHAPE)


def test_other_extensions_do_no_harm_but_must_be_an_object(billhook: Billhook) -> None:
    assert data_of(ask(billhook.http, {"query": QUERY, "extensions": {"trace": True, "persistedQuery": None}})) == WHO
    wrong = error_of(ask(billhook.http, {"query": QUERY, "extensions": ["trace"]}))
    assert wrong == (400, "BAD_REQUEST", "'extensions' must be a JSON object.")


def is_known(documents: Documents, text: str) -> bool:
    try:
        return documents.find(None, hash_of(text)) == text
    except GraphQLError:
        return False


def test_what_was_not_asked_for_the_longest_makes_room() -> None:
    kept = Documents()
    halves = [f"#{number}".ljust(KEPT_CHARACTERS // 2) for number in range(3)]
    for text in halves[:2]:
        kept.find(text, hash_of(text))
    kept.find(None, hash_of(halves[0]))
    kept.find(halves[2], hash_of(halves[2]))
    assert [is_known(kept, text) for text in halves] == [True, False, True]
    too_long = "#".ljust(KEPT_CHARACTERS + 1)
    assert kept.find(too_long, hash_of(too_long)) == too_long
    assert not is_known(kept, too_long)


@pytest.fixture(params=["by hash", "of graphql-codegen", "of Apollo"])
def manifest(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A list that allows QUERY and CREATE, in each form."""
    prefix = "sha256:" if request.param == "of graphql-codegen" else ""
    documents = {prefix + hash_of(text): text for text in (QUERY, CREATE)}
    apollo = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": key, "name": "Any", "type": "query", "body": text} for key, text in documents.items()],
    }
    path = tmp_path / "persisted.json"
    path.write_text(json.dumps(apollo if request.param == "of Apollo" else documents), encoding="utf-8")
    return path


def test_a_server_with_a_list_answers_nothing_else(workspace: Workspace, schema: Schema, manifest: Path) -> None:
    settings = workspace.settings.model_copy(update={"persisted_documents": str(manifest)})
    app = create_app(Workspace(workspace.engine, settings, workspace.sources, workspace.clock), schema)
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 1)) as http:
        assert data_of(ask(http, {"extensions": persisted(QUERY)})) == WHO
        assert data_of(ask(http, {"query": QUERY})) == WHO
        assert data_of(ask(http, {"query": f"{QUERY}#", "extensions": persisted(QUERY)})) == WHO
        assert data_of(ask(http, {"extensions": persisted(CREATE)})) == {"data": {"createCustomer": {"customer": {"name": "Acme"}}}}
        refused = (400, "PERSISTED_QUERY_NOT_IN_LIST", NOT_IN_LIST)
        for other in (f"{QUERY} ", "{ __schema { queryType { name } } }", "{"):
            assert error_of(ask(http, {"query": other})) == refused
            assert error_of(ask(http, {"query": other, "extensions": persisted(other)})) == refused
            assert error_of(ask(http, {"extensions": persisted(other)})) == refused
            assert error_of(http.get("/graphql", params={"query": other}, headers={"Accept": GRAPHQL_RESPONSE})) == refused


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is no list of documents: a JSON object that has each document by its SHA-256"),
        ("[]", "is no list of documents: a JSON object that has each document by its SHA-256"),
        ("{}", "has no document in it, so nothing could be answered"),
        ('{"operations": []}', "has no document in it, so nothing could be answered"),
        ('{"Who": "{ viewer { name } }"}', "is no list of documents: a JSON object that has each document by its SHA-256"),
        ('{"operations": [{"id": "Who", "body": "{ viewer { name } }"}]}', "has a document under 'Who', which is not its SHA-256"),
        (json.dumps({hash_of(CREATE): QUERY}), f"has a document under '{hash_of(CREATE)}', which is not its SHA-256"),
    ],
)
def test_a_list_that_cannot_be_used_keeps_the_server_from_starting(tmp_path: Path, written: str | None, said: str) -> None:
    path = tmp_path / "persisted.json"
    if written is not None:
        path.write_text(written, encoding="utf-8")
    settings = GivenSettings(database_url=settings_for(tmp_path / "any.db").database_url, persisted_documents=str(path))
    with pytest.raises(Misconfiguration) as raised:
        documents_of(settings)
    assert str(raised.value) == f"BILLHOOK_PERSISTED_DOCUMENTS: {path} {said}"
