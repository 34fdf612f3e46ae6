"""Who gets in: tokens, their roles and their end; nobody else once there is one; and who did what is written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient
from tests.e2e import story
from tests.e2e.client import TODAY, Billhook, without_cost
from tests.e2e.refusals import dump, nothing_written

from billhook.billing.access import create_access_token, hash_of
from billhook.billing.inputs.access import CreateAccessToken
from billhook.domain.ids import decode
from billhook.domain.words import Role

if TYPE_CHECKING:
    import httpx2
    from starlette.applications import Starlette

    from billhook.billing.workspace import Workspace

WHO = {"query": "{ viewer { name role user { name } } }"}
HOW = "Send a token in the header 'Authorization: Bearer TOKEN'; `billhook token create` makes one."
AUDIT = "{ auditLog(first: 50) { nodes { actor action at invoice { id } token { name } actorToken { name } } } }"
NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)


def secret_of(workspace: Workspace, role: Role, name: str = "Ann's laptop", **more: Any) -> str:  # noqa: ANN401 - of an input
    """Make a token, and return its secret."""
    made = CreateAccessToken.model_validate({"name": name, "role": role} | more)
    return workspace.write(lambda tx: create_access_token(tx, made))[1]


def asking(billhook: Billhook, secret: str | None, body: dict[str, Any] | None = None) -> httpx2.Response:
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return billhook.http.post("/graphql", json=body or WHO, headers=headers)


def signed_in(billhook: Billhook, secret: str) -> Billhook:
    """Let everything that is sent from now on carry this token, whose use is noted already for this minute."""
    billhook.http.headers["Authorization"] = f"Bearer {secret}"
    assert asking(billhook, secret).status_code == 200
    return billhook


def refused(response: httpx2.Response) -> tuple[int, str, str]:
    answer = response.json()
    assert list(answer) == ["errors"]
    [error] = answer["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


def test_while_there_is_no_token_this_machine_is_the_admin(billhook: Billhook) -> None:
    assert without_cost(asking(billhook, None).json()) == {"data": {"viewer": {"name": "local", "role": "ADMIN", "user": None}}}


@pytest.mark.parametrize("role", list(Role))
def test_a_token_is_somebody_with_a_name_a_role_and_perhaps_a_user(billhook: Billhook, role: Role) -> None:
    user = story.someone(billhook)
    secret = secret_of(billhook.workspace, role, userId=user)
    viewer = asking(billhook, secret).json()["data"]["viewer"]
    assert (viewer["name"], viewer["role"]) == ("Ann's laptop", role.name)
    assert viewer["user"] is not None


def test_from_the_first_token_on_nobody_asks_without_one(billhook: Billhook) -> None:
    secret = secret_of(billhook.workspace, Role.ADMIN)
    response = asking(billhook, None)
    assert refused(response) == (401, "UNAUTHENTICATED", HOW)
    assert response.headers["www-authenticate"] == 'Bearer realm="billhook"'
    [token] = signed_in(billhook, secret).graphql("{ accessTokens { id } }")["accessTokens"]
    billhook.mutate("revokeAccessToken", token, "accessToken { revokedBy }")
    del billhook.http.headers["Authorization"]
    assert refused(asking(billhook, None))[:2] == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("header", ["Basic QW5uOmE=", "Bearer", "Bearer ", "bh_1"])
def test_another_way_to_authenticate_is_refused(billhook: Billhook, header: str) -> None:
    response = billhook.http.post("/graphql", json=WHO, headers={"Authorization": header})
    assert refused(response) == (401, "UNAUTHENTICATED", HOW)


def test_a_token_ends_at_the_second_that_it_says(billhook: Billhook) -> None:
    secret = secret_of(billhook.workspace, Role.VIEWER, expiresAt=NINE + timedelta(hours=1))
    billhook.clock.now = NINE + timedelta(hours=1) - timedelta(seconds=1)
    assert asking(billhook, secret).status_code == 200
    billhook.clock.now = NINE + timedelta(hours=1)
    assert refused(asking(billhook, secret))[:2] == (401, "UNAUTHENTICATED")


def test_a_revoked_token_ends_at_once_and_is_not_revoked_again(billhook: Billhook) -> None:
    ended = secret_of(billhook.workspace, Role.BILLER, "old")
    signed_in(billhook, secret_of(billhook.workspace, Role.ADMIN, "boss"))
    token = billhook.graphql("{ accessTokens { id name } }")["accessTokens"][0]
    assert token["name"] == "old"
    answer = billhook.mutate("revokeAccessToken", {"id": token["id"]}, "accessToken { revokedAt revokedBy }")
    assert answer["accessToken"] == {"revokedAt": "2026-03-10T09:00:00+00:00", "revokedBy": "boss"}
    assert refused(asking(billhook, ended))[:2] == (401, "UNAUTHENTICATED")
    with nothing_written(billhook):
        [error] = billhook.refused("revokeAccessToken", {"id": token["id"]})
    assert (error["code"], error["message"]) == ("WRONG_STATUS", "The token 'old' was revoked before.")


def test_an_admin_makes_a_token_whose_secret_is_shown_once_and_kept_nowhere(billhook: Billhook, caplog: pytest.LogCaptureFixture) -> None:
    made = billhook.mutate("createAccessToken", {"name": "cron", "role": "BILLER"}, "secret accessToken { name role createdBy lastUsedAt }")
    assert made["accessToken"] == {"name": "cron", "role": "BILLER", "createdBy": "local", "lastUsedAt": None}
    secret: str = made["secret"]
    assert secret.startswith("bh_")
    assert len(secret) >= 43
    assert asking(billhook, secret).json()["data"]["viewer"]["name"] == "cron"
    assert asking(billhook, secret + "x").status_code == 401
    stored = repr(dump(billhook.workspace))
    assert secret not in stored
    assert hash_of(secret) in stored
    assert secret not in caplog.text


def test_its_use_is_noted_to_the_minute(billhook: Billhook) -> None:
    secret = secret_of(billhook.workspace, Role.ADMIN)
    seen = []
    for seconds in (0, 59, 60, 90):
        billhook.clock.now = NINE + timedelta(seconds=seconds)
        answer = asking(billhook, secret, {"query": "{ accessTokens { lastUsedAt } }"}).json()
        seen.append(answer["data"]["accessTokens"][0]["lastUsedAt"])
    assert seen == ["2026-03-10T09:00:00+00:00"] * 2 + ["2026-03-10T09:01:00+00:00"] * 2


def test_ten_wrong_tokens_a_minute_are_enough_from_one_address(billhook: Billhook, app: Starlette) -> None:
    secret = secret_of(billhook.workspace, Role.ADMIN)
    tried = [asking(billhook, f"bh_{number}").status_code for number in range(11)]
    assert tried == [401] * 10 + [429]
    stopped = asking(billhook, "bh_again")
    assert refused(stopped) == (429, "LIMIT_EXCEEDED", "Too many wrong tokens came from this address. Try again in a minute.")
    assert stopped.headers["retry-after"] == "60"
    assert asking(billhook, secret).status_code == 200, "whoever has a token gets in: a proxy has one address for all"
    with TestClient(app, base_url="http://billhook.example", client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.post("/graphql", json=WHO, headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_the_page_needs_no_token_for_it_says_nothing_of_the_data(billhook: Billhook) -> None:
    secret_of(billhook.workspace, Role.ADMIN)
    page = billhook.http.get("/graphql", headers={"Accept": "text/html"})
    assert (page.status_code, "<title>billhook</title>" in page.text) == (200, True)


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        ({"name": "x", "role": "TIMEKEEPER"}, ["userId"], "A timekeeper tracks the time of one user: say whose."),
        (
            {"name": "x", "role": "ADMIN", "expiresAt": "2026-03-10T09:00:00Z"},
            ["expiresAt"],
            "That has passed already. Give a later moment, or leave it out.",
        ),
        ({"name": " ", "role": "ADMIN"}, ["name"], "This cannot be empty."),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(billhook: Billhook, given: dict[str, Any], path: list[str], message: str) -> None:
    with nothing_written(billhook):
        assert billhook.refused("createAccessToken", given) == [{"code": "INVALID_INPUT", "message": message, "path": path}]


def test_a_user_that_a_token_tracks_time_for_is_not_deleted(billhook: Billhook) -> None:
    user = story.someone(billhook)
    secret_of(billhook.workspace, Role.TIMEKEEPER, userId=user)
    signed_in(billhook, secret_of(billhook.workspace, Role.ADMIN))
    with nothing_written(billhook):
        [error] = billhook.refused("deleteUser", {"id": user})
    assert (error["code"], "has access tokens and cannot be deleted" in error["message"]) == ("IN_USE", True)


def test_who_booked_credited_and_discarded_and_who_made_tokens_is_in_the_audit_log(billhook: Billhook) -> None:
    signed_in(billhook, secret_of(billhook.workspace, Role.ADMIN, "Ann"))
    project = story.project(billhook, "Website")
    booked = billhook.mutate("createInvoice", {"projectId": project, "source": story.manual("10"), "book": True}, "invoice { id }")
    draft = billhook.mutate("createInvoice", {"projectId": project, "source": story.manual("20")}, "invoice { id }")
    later = billhook.mutate("createInvoice", {"projectId": project, "source": story.manual("30")}, "invoice { id }")
    billhook.mutate("bookInvoice", {"invoiceId": later["invoice"]["id"]}, "invoice { id }")
    billhook.mutate("creditInvoice", {"invoiceId": booked["invoice"]["id"]}, "creditNote { id }")
    billhook.mutate("discardInvoice", {"invoiceId": draft["invoice"]["id"]}, "invoice { id }")
    rows = billhook.graphql(AUDIT)["auditLog"]["nodes"]
    log = [(row["action"], row["invoice"], row["token"], row["actor"], row["actorToken"]) for row in rows]
    by_ann = ("Ann", {"name": "Ann"})
    assert log == [
        ("INVOICE_DISCARDED", draft["invoice"], None, *by_ann),
        ("INVOICE_CREDITED", booked["invoice"], None, *by_ann),
        ("INVOICE_BOOKED", later["invoice"], None, *by_ann),
        ("INVOICE_BOOKED", booked["invoice"], None, *by_ann),
        ("TOKEN_CREATED", None, {"name": "Ann"}, "local", None),
    ]


def test_what_is_refused_or_undone_leaves_no_trace_in_the_audit_log(billhook: Billhook) -> None:
    project = story.project(billhook, "Website")
    billhook.refused("createInvoice", {"projectId": project, "source": {"timetracking": {}}, "book": True})
    assert billhook.graphql(AUDIT)["auditLog"]["nodes"] == []


def test_a_viewer_reads_and_writes_nothing(billhook: Billhook) -> None:
    project = story.project(billhook, "Website", hourlyRate="100")
    signed_in(billhook, secret_of(billhook.workspace, Role.VIEWER))
    read = billhook.graphql("query($id: ID!) { project(id: $id) { hourlyRate { amount } billing { proposed } } }", {"id": project})
    assert read == {"project": {"hourlyRate": {"amount": "100.00"}, "billing": {"proposed": False}}}
    with nothing_written(billhook):
        answer = billhook.execute(
            "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { invoice { id } } }",
            {"input": {"projectId": project, "source": story.manual("10")}},
        )
    assert answer["data"] == {"createInvoice": None}
    assert [(error["message"], error["extensions"]["code"]) for error in answer["errors"]] == [
        ("Mutation.createInvoice is not for a viewer.", "FORBIDDEN")
    ]


def test_a_timekeeper_tracks_its_own_time_and_sees_no_amounts(billhook: Billhook) -> None:
    own, other = story.someone(billhook), story.user(billhook, "Bo")
    project = story.project(billhook, "Website", hourlyRate="100")
    billhook.mutate("trackTime", {"projectId": project, "userId": other, "seconds": 60}, "timeEntry { id }")
    signed_in(billhook, secret_of(billhook.workspace, Role.TIMEKEEPER, userId=own))
    selection = "timeEntry { id seconds user { id } billing { state because } amount { amount } hourlyRate { amount } }"
    mutation = f"mutation($input: TrackTimeInput!) {{ trackTime(input: $input) {{ {selection} userErrors {{ code }} }} }}"
    answer = billhook.execute(mutation, {"input": {"projectId": project, "seconds": 3600, "workedOn": str(TODAY)}})
    entry = answer["data"]["trackTime"]["timeEntry"]
    assert entry | {"id": "x"} == {
        "id": "x",
        "seconds": 3600,
        "user": {"id": own},
        "billing": {"state": "UNBILLED", "because": "It is unbilled."},
        "amount": None,
        "hourlyRate": None,
    }
    assert [error["path"][-1] for error in answer["errors"]] == ["amount", "hourlyRate"]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
    assert billhook.mutate("saveTimeEntries", {"update": [{"timeEntryId": entry["id"], "seconds": 60}]}, "updated { seconds }")[
        "updated"
    ] == [{"seconds": 60}]
    assert billhook.mutate("saveTimeEntries", {"deleteIds": [entry["id"]]}, "deletedIds")["deletedIds"] == [entry["id"]]


FORBIDDEN_SHEETS = [
    ({"track": [{"seconds": 60, "userId": "other"}]}, "the time of its own user only"),
    ({"track": [{"seconds": 60, "hourlyRate": "1"}]}, "no rates and no prices"),
    ({"track": [{"seconds": 60, "extraCosts": [{"description": "Font", "unitPrice": "1"}]}]}, "no rates and no prices"),
    ({"update": [{"timeEntryId": "theirs", "seconds": 1}]}, "the time of its own user only"),
    ({"update": [{"timeEntryId": "mine", "userId": "other"}]}, "the time of its own user only"),
    ({"update": [{"timeEntryId": "mine", "hourlyRate": None}]}, "no rates and no prices"),
    ({"deleteIds": ["theirs"]}, "the time of its own user only"),
]


@pytest.mark.parametrize(("sheet", "says"), FORBIDDEN_SHEETS)
def test_a_timekeeper_touches_neither_the_time_of_others_nor_money(billhook: Billhook, sheet: dict[str, Any], says: str) -> None:
    own, other = story.someone(billhook), story.user(billhook, "Bo")
    project = story.project(billhook, "Website", hourlyRate="100")
    ids = {"other": other}
    for name, user in (("mine", own), ("theirs", other)):
        made = billhook.mutate("trackTime", {"projectId": project, "userId": user, "seconds": 60}, "timeEntry { id }")
        ids[name] = made["timeEntry"]["id"]
    signed_in(billhook, secret_of(billhook.workspace, Role.TIMEKEEPER, userId=own))

    def filled_in(value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, dict):
            return {key: filled_in(inner) for key, inner in value.items()}
        return (
            [filled_in(inner) for inner in value] if isinstance(value, list) else ids.get(value, value) if isinstance(value, str) else value
        )

    given = filled_in(sheet)
    for entry in given.get("track", ()):
        entry["projectId"] = project
    with nothing_written(billhook):
        answer = billhook.execute(
            "mutation($input: SaveTimeEntriesInput!) { saveTimeEntries(input: $input) { deletedIds } }", {"input": given}
        )
    assert answer["data"] == {"saveTimeEntries": None}
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert says in error["message"]


def test_a_timekeeper_cannot_find_out_by_a_filter_what_is_covered(billhook: Billhook) -> None:
    signed_in(billhook, secret_of(billhook.workspace, Role.TIMEKEEPER, userId=story.someone(billhook)))
    answer = billhook.execute("{ projects(filter: { notProposedBecause: [COVERED_BY_ADVANCE] }) { totalCount } }")
    assert answer["data"] == {"projects": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert billhook.graphql("{ projects { totalCount } }") == {"projects": {"totalCount": 0}}


def test_the_keys_of_tokens_are_of_tokens(billhook: Billhook) -> None:
    made = billhook.mutate("createAccessToken", {"name": "x", "role": "ADMIN"}, "secret accessToken { id }")
    assert decode(made["accessToken"]["id"])[0] == "AccessToken"
    signed_in(billhook, made["secret"])
    assert billhook.graphql("query($id: ID!) { node(id: $id) { ... on AccessToken { name } } }", {"id": made["accessToken"]["id"]}) == {
        "node": {"name": "x"}
    }
