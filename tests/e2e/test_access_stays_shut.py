"""What could have been a way around a token or a role: a proxy, a request on its way, another's idempotency key, the ids of things."""

from __future__ import annotations

import asyncio
import signal
import socket
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import func
from sqlmodel import col, select
from starlette.testclient import TestClient
from tests.crashes.locks import nobody_writes, wait_for_waiting
from tests.e2e import story
from tests.e2e.client import Client
from tests.e2e.refusals import nothing_written
from tests.e2e.server import demonstrated, environment, started
from tests.e2e.settings import settings_for
from tests.e2e.test_access import asking, refused, secret_of, signed_in

from billhook.billing.access import access_tokens, has_ended, keep_access, revoke_access_token, viewer_of_secret
from billhook.billing.auditing import audit
from billhook.billing.inputs.access import RevokeAccessToken
from billhook.billing.inputs.common import ID
from billhook.billing.transaction import LOCAL_ADMIN
from billhook.billing.workspace import open_workspace
from billhook.domain.errors import Unauthenticated
from billhook.domain.ids import encode
from billhook.domain.words import AuditAction, Role
from billhook.http.app import create_app
from billhook.sources import load_sources
from billhook.store.tables import AuditEntry, TimeEntry
from billhook_schema.context import Context, open_door

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette
    from strawberry import Schema
    from tests.databases import PostgreSQL, SQLite
    from tests.e2e.client import Billhook

    from billhook.sources import Sources

TRACK = "mutation($input: TrackTimeInput!) { trackTime(input: $input) { timeEntry { id } userErrors { code } } }"
CREATE_USER = 'mutation { createUser(input: { name: "Eve" }) { user { id } } }'


PROXIES = [
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Original-Host",
    "X-Real-IP",
    "X-Client-IP",
    "X-Envoy-External-Address",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Fastly-Client-IP",
]


@pytest.mark.parametrize("header", PROXIES)
def test_a_proxy_that_says_so_hands_on_nobody_without_a_token(billhook: Billhook, header: str) -> None:
    response = billhook.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers={header: "203.0.113.9"})
    assert refused(response)[:2] == (403, "FORBIDDEN")
    secret = secret_of(billhook.workspace, Role.VIEWER)
    headers = {header: "203.0.113.9", "Authorization": f"Bearer {secret}"}
    assert billhook.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["eve@localhost", "eve:eve@127.0.0.1:8000", "127.0.0.1/eve.example", "localhost:x", "[::1"])
def test_a_name_with_more_in_it_is_not_this_machine(billhook: Billhook, host: str) -> None:
    response = billhook.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers={"Host": host})
    assert refused(response)[:2] == (403, "FORBIDDEN")


def test_a_wrong_token_locks_nobody_out_while_there_is_none(billhook: Billhook) -> None:
    assert refused(asking(billhook, "bh_wrong"))[:2] == (401, "UNAUTHENTICATED")
    assert asking(billhook, None).json()["data"]["viewer"]["name"] == "local"


def test_the_addresses_of_one_network_are_counted_as_one(app: Starlette) -> None:
    def guess(address: str) -> int:
        with TestClient(app, base_url="http://127.0.0.1", client=(address, 50000)) as http:
            return http.post("/graphql", json={"query": "{ __typename }"}, headers={"Authorization": "Bearer bh_wrong"}).status_code

    assert [guess(f"2001:db8:0:7::{number:x}") for number in range(11)] == [401] * 10 + [429]
    assert guess("2001:db8:0:8::1") == 401
    assert [guess(f"::ffff:192.0.2.{number}") for number in range(11)] == [401] * 11
    assert [guess(f"192.0.2.{number}") for number in range(11)] == [401] * 11


@pytest.mark.parametrize("with_token", [True, False])
def test_a_mutation_that_waited_while_its_access_ended_writes_nothing(
    postgresql: PostgreSQL, sources: Sources, schema: Schema, *, with_token: bool
) -> None:
    url = postgresql.new()
    workspace = open_workspace(settings_for(url), sources)
    app = create_app(workspace, schema)
    with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 1)) as http, ThreadPoolExecutor(1) as threads:
        if with_token:
            http.headers["Authorization"] = f"Bearer {secret_of(workspace, Role.ADMIN)}"
        client = Client(http)
        given = {"projectId": story.project(client, "Website"), "userId": story.user(client, "Ann"), "seconds": 60}
        with nobody_writes(url):
            waiting = threads.submit(client.execute, TRACK, {"input": given})
            wait_for_waiting(url)
            if with_token:
                workspace.write(lambda tx: revoke_access_token(tx, RevokeAccessToken(id=ID(encode("AccessToken", 1)))))
            else:
                secret_of(workspace, Role.ADMIN)
        answer = waiting.result()
    with workspace.reading() as tx:
        entries = tx.session.exec(select(func.count()).select_from(TimeEntry)).one()
    workspace.engine.dispose()
    postgresql.drop(url)
    assert (answer["data"], answer["errors"][0]["extensions"]["code"], entries) == ({"trackTime": None}, "UNAUTHENTICATED", 0)


def test_a_token_is_revoked_while_it_writes(postgresql: PostgreSQL, sources: Sources) -> None:
    url = postgresql.new()
    workspace = open_workspace(settings_for(url), sources)
    secret = secret_of(workspace, Role.BILLER)
    with workspace.reading() as tx:
        found = viewer_of_secret(tx, secret)
    assert found is not None
    with workspace.writing(found[0]) as writing:
        audit(writing, AuditAction.TOKEN_CREATED, token_key=1)  # the audit log refers to the token, and so locks its row in a way
        workspace.write(lambda tx: revoke_access_token(tx, RevokeAccessToken(id=ID(encode("AccessToken", 1)))))
        with pytest.raises(Unauthenticated):
            keep_access(writing)
    workspace.engine.dispose()
    postgresql.drop(url)


def test_a_page_of_another_server_is_not_even_answered_unseen(billhook: Billhook) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://eve.example"}):
        for path in ("/graphql", "/metrics", "/schema.graphql"):
            response = billhook.http.get(path, params={"query": "{ viewer { name } }"}, headers=headers)
            assert refused(response)[:2] == (403, "FORBIDDEN")
        assert refused(billhook.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers))[:2] == (403, "FORBIDDEN")
    own = billhook.http.get("/graphql", params={"query": "{ viewer { name } }"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert own.json()["data"] == {"viewer": {"name": "local"}}


def test_requests_do_not_queue_up_for_the_note_of_a_last_use(sqlite: SQLite, sources: Sources, caplog: pytest.LogCaptureFixture) -> None:
    url = sqlite.new()
    workspace = open_workspace(settings_for(url).model_copy(update={"lock_timeout": 1}), sources)
    bearer = {"Authorization": f"Bearer {secret_of(workspace, Role.VIEWER)}"}
    transport = httpx2.ASGITransport(create_app(workspace), client=("127.0.0.1", 50000))

    async def ask() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=bearer) as http:
            return await asyncio.gather(*(http.post("/graphql", json={"query": "{ viewer { name } }"}) for _ in range(4)))

    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")  # as a long import of another process
        answers = asyncio.run(ask())
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [line for line in caplog.messages if "was not written down" in line] == [caplog.messages[-1]]
    workspace.engine.dispose()
    sqlite.drop(url)


def test_a_token_may_revoke_itself(billhook: Billhook) -> None:
    signed_in(billhook, secret_of(billhook.workspace, Role.ADMIN))
    revoked = billhook.mutate("revokeAccessToken", {"id": encode("AccessToken", 1)}, "accessToken { name revokedBy }")
    assert revoked["accessToken"]["revokedBy"] == revoked["accessToken"]["name"]
    assert billhook.http.post("/graphql", json={"query": "{ __typename }"}).status_code == 401


def mutate_as(billhook: Billhook, schema: Schema, secret: str | None) -> Any:  # noqa: ANN401 - strawberry's result
    """Execute a mutation as a request that was let in before something changes, which happens when this is called."""
    with billhook.workspace.reading() as tx:
        found = viewer_of_secret(tx, secret) if secret else None
    context = Context(open_door(billhook.workspace), found[0] if found else LOCAL_ADMIN)
    revoke = RevokeAccessToken(id=ID(encode("AccessToken", 1)))
    if secret:
        billhook.workspace.write(lambda tx: revoke_access_token(tx, revoke))
    else:
        secret_of(billhook.workspace, Role.ADMIN)

    async def execute() -> Any:  # noqa: ANN401 - strawberry's result
        return await schema.execute(CREATE_USER, context_value=context)

    return asyncio.run(execute())


@pytest.mark.parametrize("with_token", [True, False])
def test_a_request_that_was_let_in_writes_nothing_once_it_would_not_be(billhook: Billhook, schema: Schema, *, with_token: bool) -> None:
    secret = secret_of(billhook.workspace, Role.ADMIN) if with_token else None
    answer = mutate_as(billhook, schema, secret)
    assert answer.data == {"createUser": None}
    [error] = answer.errors
    assert error.extensions["code"] == "UNAUTHENTICATED"
    signed_in(billhook, secret_of(billhook.workspace, Role.ADMIN, "other"))
    assert billhook.graphql("{ users { totalCount } }") == {"users": {"totalCount": 0}}


def test_the_keys_of_a_timekeeper_are_its_own(billhook: Billhook) -> None:
    ann, bo = story.user(billhook, "Ann"), story.user(billhook, "Bo")
    project = story.project(billhook, "Website", hourlyRate="100")
    theirs = {"projectId": project, "userId": bo, "seconds": 60, "hourlyRate": "137", "idempotencyKey": "k1"}
    entry = billhook.mutate("trackTime", theirs, "timeEntry { id }")["timeEntry"]["id"]
    secrets = [secret_of(billhook.workspace, Role.TIMEKEEPER, name, userId=user) for name, user in (("Ann", ann), ("Bo", bo))]
    mutation = "mutation($input: TrackTimeInput!) { trackTime(input: $input) { timeEntry { id user { name } } userErrors { code } } }"
    for rate in ("136", "137"):
        with nothing_written(signed_in(billhook, secrets[0])):
            answer = billhook.execute(mutation, {"input": theirs | {"hourlyRate": rate}})
        assert (answer["data"], answer["errors"][0]["extensions"]["code"]) == ({"trackTime": None}, "FORBIDDEN")
    monday = {"projectId": project, "seconds": 60, "idempotencyKey": "monday"}
    made = []
    for secret in (*secrets, secrets[0]):
        answer = signed_in(billhook, secret).execute(mutation, {"input": monday})["data"]["trackTime"]
        made.append((answer["timeEntry"]["user"]["name"], answer["timeEntry"]["id"]))
    assert [name for name, _ in made] == ["Ann", "Bo", "Ann"]
    assert made[0] == made[2]
    assert len({entry, *(each for _, each in made)}) == 3


def test_no_key_of_others_looks_like_a_timekeepers(billhook: Billhook) -> None:
    ann = story.user(billhook, "Ann")
    project = story.project(billhook, "Website", hourlyRate="100")
    work = {"projectId": project, "userId": ann, "seconds": 60}
    made = [
        billhook.mutate("trackTime", work | {"idempotencyKey": key}, "timeEntry { id }")["timeEntry"]["id"]
        for key in ("user 1: next", "any user 1: next", "any next", "next", "user 1: next")
    ]
    assert len(set(made)) == 4
    assert made[0] == made[4]
    signed_in(billhook, secret_of(billhook.workspace, Role.TIMEKEEPER, userId=ann))
    own = billhook.mutate("trackTime", work | {"idempotencyKey": "next"}, "timeEntry { id }")["timeEntry"]["id"]
    assert own not in made


@pytest.mark.parametrize("kind", ["Invoice", "InvoiceLine", "AdvanceCredit", "ProjectBilling", "AccessToken", "AuditEntry"])
def test_a_timekeeper_is_not_even_told_that_there_is_such_a_thing(billhook: Billhook, kind: str) -> None:
    project = story.project(billhook, "Website")
    story.advance(billhook, project, "10")
    signed_in(billhook, secret_of(billhook.workspace, Role.TIMEKEEPER, userId=story.user(billhook, "Ann")))
    found = "query($id: ID!) { node(id: $id) { __typename } nodes(ids: [$id]) { __typename } }"
    assert billhook.graphql(found, {"id": encode(kind, 1)}) == {"node": None, "nodes": [None]}
    assert billhook.graphql(found, {"id": project})["node"] == {"__typename": "Project"}


def test_a_timekeeper_is_told_that_its_time_is_billed_and_not_on_what(billhook: Billhook) -> None:
    ann = story.user(billhook, "Ann")
    project = story.project(billhook, "Website", hourlyRate="100")
    billhook.mutate("trackTime", {"projectId": project, "userId": ann, "seconds": 3600}, "timeEntry { id }")
    billhook.mutate("createInvoice", {"projectId": project, "source": {"timetracking": {}}, "book": True}, "invoice { id }")
    signed_in(billhook, secret_of(billhook.workspace, Role.TIMEKEEPER, userId=ann))
    [entry] = billhook.graphql("{ timeEntries { nodes { billing { state because } } } }")["timeEntries"]["nodes"]
    assert entry == {"billing": {"state": "BILLED", "because": "It is billed."}}


def test_no_token_is_called_as_the_command_line_is(billhook: Billhook) -> None:
    for name in (" Local ", "\uff4cocal"):
        with nothing_written(billhook):
            [error] = billhook.refused("createAccessToken", {"name": name, "role": "ADMIN"})
        assert (error["code"], error["path"]) == ("INVALID_INPUT", ["name"])
    assert asking(billhook, None).status_code == 200


@pytest.mark.parametrize("name", ["loc\u200bal", "Ann\nlocal", "\u001b[31mred", "a\u202eb"])
def test_a_name_has_nothing_that_cannot_be_seen(billhook: Billhook, name: str) -> None:
    with nothing_written(billhook):
        [error] = billhook.refused("createAccessToken", {"name": name, "role": "ADMIN"})
    assert error["message"] == "A name has no line breaks, and no characters that cannot be seen."
    assert asking(billhook, None).status_code == 200


def test_a_token_of_the_demo_ends_with_it(tmp_path: Path) -> None:
    with demonstrated(tmp_path) as http:
        assert http.post("/graphql", json={"query": "{ __typename }"}).status_code == 200
    assert_the_token_ended(tmp_path)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=["stop", "closed terminal", "Ctrl-C"])
def test_a_token_of_the_demo_ends_with_it_however_early_that_is(tmp_path: Path, told: signal.Signals) -> None:
    before = signal.signal(told, signal.SIG_DFL)  # under nohup a closed terminal is ignored, by those who are started here, too
    try:
        with started(tmp_path, "demo") as (server, _):
            server.send_signal(told)
            assert server.wait(timeout=30) == 0
    finally:
        signal.signal(told, before)
    assert_the_token_ended(tmp_path)


def test_a_demo_whose_file_is_moved_ends_its_token_there_and_makes_no_other_file(tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    with started(tmp_path, "demo") as (server, _):
        for file in list(tmp_path.glob("billhook-demo.db*")):
            file.rename(moved / file.name)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) == 0
    assert list(tmp_path.iterdir()) == [moved]
    assert_the_token_ended(moved)


def test_a_demo_that_cannot_end_its_token_says_how_to(tmp_path: Path) -> None:
    database = {"BILLHOOK_DATABASE_URL": "sqlite:///billhook-demo.db"}
    with (
        started(tmp_path, "demo", BILLHOOK_LOCK_TIMEOUT="1") as (server, _),
        closing(sqlite3.connect(tmp_path / "billhook-demo.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        server.send_signal(signal.SIGTERM)
        said = server.communicate(timeout=60)[1].splitlines()
    says, end = said[-2].split(" End it: BILLHOOK_DATABASE_URL=sqlite:///billhook-demo.db billhook ")
    assert (server.returncode, says) == (1, "The demo's token could not be ended, and lives for a day.")
    command = [sys.executable, "-m", "billhook", *end.split()]
    subprocess.run(command, cwd=tmp_path, env=environment(database), capture_output=True, timeout=120, check=True)  # noqa: S603 - our own program
    assert_the_token_ended(tmp_path)


def assert_the_token_ended(folder: Path) -> None:
    workspace = open_workspace(settings_for(folder / "billhook-demo.db"), load_sources())
    with workspace.reading() as tx:
        tokens = [(token.name, has_ended(tx, token)) for token in access_tokens(tx)]
        audited = [entry.action.name for entry in tx.session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1))]
    workspace.engine.dispose()
    assert (tokens, audited) == ([("demo", True)], ["TOKEN_REVOKED"])


def test_a_demo_that_cannot_listen_makes_no_token(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "billhook", "demo", "--port", port]
        done = subprocess.run(command, cwd=tmp_path, env=environment({}), capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own program
    workspace = open_workspace(settings_for(tmp_path / "billhook-demo.db"), load_sources())
    with workspace.reading() as tx:
        tokens = access_tokens(tx)
    workspace.engine.dispose()
    assert (done.returncode, tokens) == (2, [])


def test_a_head_of_a_request_without_end_is_cut_off(tmp_path: Path) -> None:
    with started(tmp_path, "serve") as (_, page), ThreadPoolExecutor(1) as threads:
        at = urlsplit(page)
        with socket.create_connection((at.hostname, at.port), timeout=60) as endless:
            endless.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ")
            sending = threads.submit(send_until_refused, endless)
            assert sending.result() < 50_000_000
        assert httpx2.get(page.replace("/graphql", "/healthz")).text == "ok\n"


def send_until_refused(connection: socket.socket) -> int:
    """Send a header by the megabyte; return how many bytes were taken before the connection ended, 50 MB at the most."""
    for number in range(50):
        try:
            connection.sendall(b"a" * 1_000_000)
        except OSError:
            return number * 1_000_000
    return 50_000_000
