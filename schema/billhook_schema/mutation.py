"""The Mutation type: one field for each operation of the billing, and createInvoices over many."""

from typing import Annotated, Any, Optional

import strawberry

from billhook.billing.operation import Keys, Operation
from billhook.billing.operations import OPERATIONS
from billhook.domain.errors import Refusal, Refusals
from billhook_schema.answers import ANSWERS, Answer
from billhook_schema.context import Context, Info
from billhook_schema.errors import user_error
from billhook_schema.many import CreateInvoices, wrong_number
from billhook_schema.masking import log_fault
from billhook_schema.mirror import Form, Mirror, raw
from billhook_schema.mutation_access import access_fields
from billhook_schema.payloads import CreateInvoicesPayload
from billhook_schema.roles import EVERYONE, only, seen_by
from billhook_schema.weight import WORK, costs

INPUT_DESCRIPTION = "What to do. What is wrong with it is answered in userErrors, with paths below `input`."


def mutation_type(mirror: Mirror) -> type:
    """Return the Mutation type of one schema, its inputs taken from the mirror."""
    fields: dict[str, Form] = {}
    for operation in OPERATIONS.values():
        fields[operation.name] = _field(mirror, operation)
        if operation.name == "createInvoice":
            fields["createInvoices"] = _create_invoices(mirror, operation)
    description = (
        "Everything that writes. A field that refuses changes nothing and says why in userErrors. "
        "The fields of one document run in order, each for itself."
    )
    fields |= access_fields(mirror)
    return seen_by(EVERYONE)(strawberry.type(type("Mutation", (), fields), description=description))


def _field(mirror: Mirror, operation: Operation[Any]) -> Form:
    answer = ANSWERS[operation.name]
    argument = strawberry.argument(name="input", description=INPUT_DESCRIPTION, graphql_type=mirror.input(operation.takes))

    async def resolve(info: Info, given: Annotated[Form, argument]) -> Form:
        outcome = await attempt(info.context, operation, given)
        return await answered(info.context, answer, outcome)

    return strawberry.field(
        resolver=resolve,
        name=operation.name,
        description=operation.description,
        graphql_type=Optional[answer.payload],  # noqa: UP045 - a value, not an annotation
        metadata={**only(operation.roles), **answer.weight},
    )


def _create_invoices(mirror: Mirror, create: Operation[Any]) -> Form:
    answer = ANSWERS[create.name]
    argument = strawberry.argument(name="input", description=INPUT_DESCRIPTION, graphql_type=mirror.input(CreateInvoices))

    async def resolve(info: Info, given: Annotated[Form, argument]) -> CreateInvoicesPayload | None:
        if (refusal := wrong_number(given.invoices)) is not None:
            return CreateInvoicesPayload(user_errors=[user_error(refusal)])
        outcomes = [await attempt(info.context, create, each) for each in given.invoices]
        # Shown only now, so that all of them are read from one snapshot after the last write.
        return CreateInvoicesPayload(results=[await answered(info.context, answer, outcome) for outcome in outcomes])

    return strawberry.field(
        resolver=resolve,
        name="createInvoices",
        description="Create 1 to 100 invoices, each in its own transaction and answered by itself: one refusal stops none of the others.",
        metadata={**only(create.roles), **costs(extra=WORK, lists=("input.invoices",))},
    )


async def attempt(context: Context, operation: Operation[Any], given: object) -> Keys | tuple[Refusal, ...]:
    """Do it in a transaction of its own. Returns the keys of what was done, or what was refused."""
    try:
        return await context.run(operation.perform, raw(given))
    except Refusals as several:
        return several.refusals
    except Refusal as one:
        log_fault(context.request_id, one)
        return (one,)


async def answered(context: Context, answer: Answer, outcome: Keys | tuple[Refusal, ...]) -> Form:
    """Return the payload of what was done or refused."""
    return answer.refused(outcome) if isinstance(outcome, tuple) else await answer.done(context, outcome)
