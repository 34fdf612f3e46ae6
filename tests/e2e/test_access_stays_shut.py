"""What could have been a way around a token or a role: a proxy, a request on its way, another's idempotency key, the ids of things."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e import story
from tests.e2e.refusals import nothing_written
from tests.e2e.test_access import asking, refused, secret_of, signed_in

from billhook.billing.access import revoke_access_token, viewer_of_secret
from billhook.billing.inputs.access import RevokeAccessToken
from billhook.billing.inputs.common import ID
from billhook.billing.transaction import LOCAL_ADMIN
from billhook.domain.ids import encode
from billhook.domain.words import Role
from billhook_schema.context import Context, open_door

if TYPE_CHECKING:
    from strawberry import Schema
    from tests.e2e.client import Billhook

CREATE_USER = 'mutation { createUser(input: { name: "Eve" }) { user { id } } }'


@pytest.mark.parametrize("header", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"])
def test_a_proxy_that_says_so_hands_on_nobody_without_a_token(billhook: Billhook, header: str) -> None:
    response = billhook.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers={header: "203.0.113.9"})
    assert refused(response)[:2] == (403, "FORBIDDEN")
    secret = secret_of(billhook.workspace, Role.VIEWER)
    headers = {header: "203.0.113.9", "Authorization": f"Bearer {secret}"}
    assert billhook.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers).status_code == 200


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
    assert error.extensions["code"] == "FORBIDDEN"
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
    with nothing_written(billhook):
        [error] = billhook.refused("createAccessToken", {"name": " Local ", "role": "ADMIN"})
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["name"])
    assert asking(billhook, None).status_code == 200
