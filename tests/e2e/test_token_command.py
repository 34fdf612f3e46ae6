"""`billhook token`: makes, lists and revokes tokens; and a server that others reach does not start without one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.e2e import story
from tests.e2e.test_cli import Done, run, run_there, words

if TYPE_CHECKING:
    from tests.e2e.client import Billhook
    from tests.e2e.test_cli import Run

__all__ = ["run", "run_there"]


def who(billhook: Billhook, secret: str) -> object:
    answer = billhook.http.post("/graphql", json={"query": "{ viewer { name role } }"}, headers={"Authorization": f"Bearer {secret}"})
    return answer.json().get("data")


def test_a_token_is_made_whose_secret_alone_is_on_the_output(run_there: Run, billhook: Billhook) -> None:
    done = run_there("token", "create", "Nightly run", "--role", "biller", "--days", "30")
    assert done.returncode == 0
    assert re.fullmatch(r"bh_[\w-]{43}\n", done.stdout)
    says = r"A token for Nightly run, biller, until \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Send it as 'Authorization: Bearer \.\.\.':\n"
    assert re.fullmatch(says, done.stderr)
    assert who(billhook, done.stdout.strip()) == {"viewer": {"name": "Nightly run", "role": "BILLER"}}


def test_a_timekeeper_is_of_a_user_by_email_or_id(run_there: Run, billhook: Billhook) -> None:
    made = billhook.mutate("createUser", {"name": "Ann", "email": "ann@example.com"}, "user { id }")
    for name in ("Cy", "Di"):
        billhook.mutate("createUser", {"name": name, "email": "desk@example.com"}, "user { id }")
    for user in ("ann@example.com", made["user"]["id"]):
        assert run_there("token", "create", "Ann", "--role", "timekeeper", "--user", user).returncode == 0
    nobody = "billhook: No user has the email address 'bo@example.com'. Say which by the id.\n"
    assert run_there("token", "create", "Bo", "--role", "timekeeper", "--user", "bo@example.com") == Done(1, "", nobody)
    several = "billhook: 2 users have the email address 'desk@example.com'. Say which by the id.\n"
    assert run_there("token", "create", "Cy", "--role", "timekeeper", "--user", "desk@example.com") == Done(1, "", several)
    whose = "billhook: A timekeeper tracks the time of one user: say whose.\n"
    assert run_there("token", "create", "Bo", "--role", "timekeeper") == Done(1, "", whose)


def test_tokens_are_listed_with_their_state_and_without_their_secrets(run_there: Run, billhook: Billhook) -> None:
    assert run_there("token", "list").stdout == "There is no access token: only this machine may ask, as admin.\n"
    user = story.user(billhook, "Ann")
    secrets = [run_there("token", "create", name, "--role", "timekeeper", "--user", user).stdout.strip() for name in ("old", "new")]
    rows = [words(row) for row in run_there("token", "list").stdout.splitlines() if "timekeeper" in row]
    assert [(row[1], row[2], row[3], row[-1]) for row in rows] == [(name, "timekeeper", "Ann", "works") for name in ("old", "new")]
    assert run_there("token", "revoke", rows[0][0]) == Done(0, "The token old has ended.\n", "")
    listed = run_there("token", "list").stdout
    assert [words(row)[-1] for row in listed.splitlines() if "timekeeper" in row] == ["revoked", "works"]
    assert [secret for secret in secrets if secret in listed] == []
    assert who(billhook, secrets[0]) is None
    again = run_there("token", "revoke", rows[0][0])
    assert again == Done(1, "", "billhook: The token 'old' was revoked before.\n")


def test_what_is_wrong_with_a_name_says_that_it_is_the_name(run_there: Run) -> None:
    long = "billhook: name: This is too long: at most 200 characters.\n"
    for name, says in (("", "billhook: name: This cannot be empty.\n"), ("x" * 201, long)):
        assert run_there("token", "create", name, "--role", "viewer") == Done(1, "", says)


@pytest.mark.parametrize("role", ["boss", "ADMIN", ""])
def test_a_role_is_one_of_four(run: Run, role: str) -> None:
    done = run("token", "create", "x", "--role", role)
    assert done.returncode == 2
    assert "'viewer', 'timekeeper', 'biller', 'admin'" in said(done)


def test_without_a_role_it_says_which_there_are(run: Run) -> None:
    done = run("token", "create", "x")
    assert done.returncode == 2
    assert "Missing option '--role'. Choose from: viewer, timekeeper, biller, admin" in said(done)


def said(done: Done) -> str:
    """What a box says, without its frame."""
    return " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104 - it is refused
def test_a_server_that_other_machines_reach_does_not_start_without_a_token(run: Run, host: str) -> None:
    done = run("serve", "--host", host, "--port", "0")
    says = f"billhook: other machines reach {host}, and there is no access token; make one with `billhook token create` first\n"
    assert done == Done(2, "", says)


def test_the_first_token_can_be_made_before_there_is_a_database(run: Run) -> None:
    assert run("token", "create", "first", "--role", "admin").returncode == 0
    assert [words(row)[1] for row in run("token", "list").stdout.splitlines() if "admin" in row] == ["first"]
