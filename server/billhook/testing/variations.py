"""Options that nobody suggested: each differs from a suggestion in one value, and is as valid as the source's own model says."""

from __future__ import annotations

import types
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from billhook.domain.views import DealId, ExternalCostId, ExtraCostId, PhaseId, SubscriptionId, TimeEntryId
from billhook.testing.trial import BrokenPromise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billhook.domain.options import SourceOptions
    from billhook.domain.views import SourceContext

MOST = 80
"""Variations of one suggestion."""
NUMBERS = ("0", "1", "0.000001", "0.01", "33.333333", "100", "100.005", "999999999.999999")
TEXTS = ("", " ", "x", "Ω" * 200, "x" * 5000)
END = object()
EACH = 3
"""Ids of each kind that are tried."""


def variations(model: type[SourceOptions], suggested: Iterable[SourceOptions], ctx: SourceContext) -> Iterator[SourceOptions]:
    """Yield options that the model takes: for each suggestion, one value changed at a time; without any, built from nothing."""
    starts: list[SourceOptions | None] = list(suggested) or [None]
    for start in starts:
        yield from islice((one for one in _models(model, ctx, start) if one != start), MOST)


def _models(model: type[BaseModel], ctx: SourceContext, now: BaseModel | None) -> Iterator[Any]:
    """Yield models that differ from the one there is now in one field; the fields take turns, so that none waits for all of another."""
    start = dict(now) if now is not None else _required(model, ctx)
    fields = [(name, _values(field.annotation, ctx, start.get(name))) for name, field in model.model_fields.items()]
    while fields:
        for name, values in list(fields):
            value = next(values, END)
            if value is END:
                fields.remove((name, values))
            elif (made := _made(model, start, name, value)) is not None:
                yield made


def _made(model: type[BaseModel], start: dict[str, Any], name: str, value: object) -> BaseModel | None:
    """Return a model with this value, None where it takes none such. Raises BrokenPromise where its validators break on it."""
    for given in ({**start, name: value}, {name: value}):  # a field of a OneOf stands alone, any other one beside the rest
        try:
            return model.model_validate(given)
        except ValidationError:
            continue
        except Exception as error:
            raise BrokenPromise(
                f"its options raise {type(error).__name__} for {name}={value!r:.200}: {error}; raise ValueError where a person can mend it"
            ) from error
    return None


def _required(model: type[BaseModel], ctx: SourceContext) -> dict[str, Any]:
    required = ((name, field) for name, field in model.model_fields.items() if field.is_required())
    return {name: next(iter(_values(field.annotation, ctx, None)), None) for name, field in required}


def _values(kind: Any, ctx: SourceContext, now: Any) -> Iterator[Any]:  # noqa: ANN401 - an annotation, and a value of it
    """Yield values that a field of this annotation may have."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _values(arguments[0], ctx, now)
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            yield from [None] if argument is types.NoneType else _values(argument, ctx, now)
    elif origin in (tuple, list):
        yield from _tuples(arguments[0], ctx, now or ())
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _models(kind, ctx, now if isinstance(now, kind) else None)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield from kind
    else:
        yield from _plain(ctx).get(kind, ())


def _tuples(kind: Any, ctx: SourceContext, now: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - an annotation
    yield ()
    first = now[0] if now else None
    for value in _values(kind, ctx, first):
        yield (value,)
        yield (*now, value)
        yield (value, value)


def _plain(ctx: SourceContext) -> dict[Any, tuple[Any, ...]]:
    """Return values of the types that are no models, by type: ids are those that the host lets through, of this project."""
    days = (ctx.as_of, ctx.as_of - timedelta(days=40), ctx.as_of.replace(day=1), date(2024, 2, 29), date.max, date.min)
    return {
        bool: (False, True),
        int: (0, 1, -1, 2, 31, 1000, 2**31 - 1),
        Decimal: tuple(map(Decimal, NUMBERS)),
        str: TEXTS,
        date: days,
        datetime: tuple(datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days),
        TimeEntryId: tuple(entry.id for entry in ctx.time_entries[:EACH]),
        ExtraCostId: tuple(cost.id for cost in ctx.extra_costs[:EACH]),
        ExternalCostId: tuple(cost.id for cost in ctx.external_costs[:EACH]),
        PhaseId: tuple(phase.id for phase in ctx.phases[:EACH]),
        DealId: tuple(deal.id for deal in ctx.deals[:EACH]),
        SubscriptionId: tuple(one.id for one in ctx.subscriptions[:EACH]),
    }
