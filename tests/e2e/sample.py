"""A database with something of everything in it: the demo, and on it one use of each kind of idempotency key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.e2e.client import TODAY, FixedClock
from tests.e2e.settings import settings_for

from billhook.billing.access import create_access_token, revoke_access_token
from billhook.billing.demo import fill_demo
from billhook.billing.inputs.access import CreateAccessToken, RevokeAccessToken
from billhook.billing.inputs.common import ID
from billhook.billing.operations import OPERATIONS
from billhook.billing.workspace import Workspace, open_workspace
from billhook.domain.ids import encode
from billhook.domain.words import Role

if TYPE_CHECKING:
    from billhook.sources import Sources


def filled(url: str, sources: Sources) -> None:
    """Make and fill a database that is not there yet, or empty."""
    workspace = open_workspace(settings_for(url), sources, FixedClock())
    assert fill_demo(workspace) is True
    _keep_answers(workspace)
    _let_in(workspace)
    workspace.engine.dispose()


def _keep_answers(workspace: Workspace) -> None:
    """Do one thing of each kind under a key of its own."""

    def do(name: str, /, **raw: Any) -> dict[str, Any]:  # noqa: ANN401 - inputs are of any type
        return workspace.write(lambda tx: OPERATIONS[name].perform(tx, raw | {"idempotencyKey": f"{name} once"}))

    customer = encode("Customer", do("createCustomer", name="Key & Sons")["customer"])
    do("updateCustomer", id=customer, name="Keys")
    gone = do("createUser", name="Eve")["user"]
    do("deleteUser", id=encode("User", gone))
    project = encode("Project", do("createProject", customerId=customer, title="Locks", hourlyRate="80")["project"])
    work = {"userId": encode("User", 1), "workedOn": TODAY, "seconds": 3600, "projectId": project}
    do("trackTime", **work)
    do("saveTimeEntries", track=[work])
    regular = encode("Invoice", do("createInvoice", projectId=project, source={"timetracking": {}})["invoice"])
    line = {"description": "Keys in advance", "unitPrice": "10"}
    do("updateDraftInvoice", invoiceId=regular, expectedVersion=1, addLines=[line])
    do("bookInvoice", invoiceId=regular)
    do("creditInvoice", invoiceId=regular)
    do("discardInvoice", invoiceId=encode("Invoice", _draft(workspace, project, line)))
    do("runSubscriptions", asOf=TODAY)


def _let_in(workspace: Workspace) -> None:
    """Make a token for somebody who tracks time, and one that has ended."""
    clock = CreateAccessToken(name="Time clock", role=Role.TIMEKEEPER, user_id=ID(encode("User", 1)))
    workspace.write(partial(create_access_token, given=clock))
    laptop, _ = workspace.write(partial(create_access_token, given=CreateAccessToken(name="Old laptop", role=Role.BILLER)))
    workspace.write(partial(revoke_access_token, given=RevokeAccessToken(id=ID(encode("AccessToken", laptop.id)))))


def _draft(workspace: Workspace, project: str, line: dict[str, Any]) -> int:
    source = {"manual": {"entryPoint": "PROJECT", "lines": [line]}}
    key: int = workspace.write(lambda tx: OPERATIONS["createInvoice"].perform(tx, {"projectId": project, "source": source}))["invoice"]
    return key
