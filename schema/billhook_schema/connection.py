"""Connections (Relay): a page of a list with its cursors, and the length of the whole list; each is read only when it is selected."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import strawberry
from graphql import GraphQLError
from strawberry import UNSET

from billhook.billing.reading.listing import Wanted, WantedPage, load_pages, load_totals
from billhook.billing.reading.paging import Page, WrongPage, page_request
from billhook_schema.context import Context, Info
from billhook_schema.node import Node
from billhook_schema.roles import EVERYONE, seen_by
from billhook_schema.scalars import BAD_USER_INPUT
from billhook_schema.weight import READ, costs, paged

NodeT = TypeVar("NodeT")
ConnectionT = TypeVar("ConnectionT", bound="Connection[Any]")

First: TypeAlias = Annotated[int | None, strawberry.argument(description="How many from the start; 50 unless given, at most 100.")]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last: TypeAlias = Annotated[int | None, strawberry.argument(description="How many from the end, instead of `first`; at most 100.")]
Before: TypeAlias = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


@seen_by(EVERYONE)
@strawberry.type(description="Where a page is in its list.")
class PageInfo:
    """Where a page is in its list."""

    has_next_page: bool = strawberry.field(description="There is more after this page.")
    has_previous_page: bool = strawberry.field(description="There is more before this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item, for the next `after`; null on an empty page.")


@seen_by(EVERYONE)
@strawberry.type(description="An item of a list, with its place in it.")
class Edge(Generic[NodeT]):
    """An item of a list, with its place in it."""

    cursor: str = strawberry.field(description="Opaque place of the item in this list in this order.")
    node: NodeT = strawberry.field(description="The item.")


@seen_by(EVERYONE)
@paged
@strawberry.type(description="A page of a list.")
class Connection(Generic[NodeT]):
    """A page of a list, not yet read."""

    context: strawberry.Private[Context]
    wanted: strawberry.Private[WantedPage]
    show: strawberry.Private[Callable[[Any], Any]]

    @strawberry.field(description="The items with their cursors.", metadata=costs(as_asked=True))
    async def edges(self) -> list[Edge[NodeT]]:
        page = await self.page()
        return [Edge(cursor=cursor, node=self.show(row)) for cursor, row in zip(page.cursors, page.rows, strict=True)]

    @strawberry.field(description="The items.", metadata=costs(as_asked=True))
    async def nodes(self) -> list[NodeT]:
        return [self.show(row) for row in (await self.page()).rows]

    @strawberry.field(description="Whether there is more, and where to go on.")
    async def page_info(self) -> PageInfo:
        page = await self.page()
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )

    @strawberry.field(description="How many there are on all pages; counted only when it is selected.", metadata=costs(extra=READ))
    async def total_count(self) -> int:
        return (await self.totals())[0]

    async def page(self) -> Page[Any]:
        """Read the page, once, and keep the rows that came with it."""
        page = await self.context.loaders.of(load_pages).load(self.wanted)
        self.context.loaders.know(page.rows)
        for extra in page.extras:
            self.context.loaders.know(extra)
        return page

    async def totals(self) -> tuple[int, ...]:
        """Add up the whole list, once."""
        return await self.context.loaders.of(load_totals).load(self.wanted.of)


def connect(
    info: Info,
    connection: type[ConnectionT],
    show: Callable[[Any], Node],
    wanted: Wanted,
    *,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> ConnectionT:
    """Return a page of a list to be read when its fields are. Raises BAD_USER_INPUT for paging arguments that make no sense."""
    try:
        request = page_request(given(first), given(after), given(last), given(before), info.context.door.workspace.settings)
        wanted.listing().order.within(request)
    except WrongPage as error:
        raise GraphQLError(str(error), extensions={"code": BAD_USER_INPUT}) from None
    return connection(context=info.context, wanted=WantedPage(wanted, request), show=show)


def check_size(info: Info, size: int) -> None:
    """Raise BAD_USER_INPUT for more ids than a page may hold."""
    most = info.context.door.workspace.settings.max_page_size
    if size > most:
        raise GraphQLError(f"{size} ids are too many; send at most {most}.", extensions={"code": BAD_USER_INPUT})


GivenT = TypeVar("GivenT")


def given(argument: GivenT | None) -> GivenT | None:
    """Return an argument, None for an absent one."""
    return None if argument is UNSET else argument
