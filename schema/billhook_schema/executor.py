"""Executes operations, within what an answer may hold and what its lists may cost."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import orjson
from graphql import OperationType, located_error
from graphql.execution.executor import to_nodes
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from billhook_schema.masking import AnswerTooLong, is_too_long

if TYPE_CHECKING:
    from graphql import GraphQLLeafType, GraphQLList, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo
    from graphql.execution.collect_fields import FieldDetailsList
    from graphql.pyutils import Path

    from billhook_schema.spending import Spending

ERROR = 300
"""Characters that an error counts as beside its path: its code, its request's id, and a message of the usual length."""
SHORT = 200
"""Characters of a text that is told of a mutation in any case."""


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation; its texts are counted, and an error in it has one place, the first where its field is selected.

    graphql-core looks for the places of an error that has several from the start of the document.
    """

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]  # noqa: ANN401 - there it is static
        """Return a value as it is answered. Raises AnswerTooLong where it makes the answer that."""
        value = super().complete_leaf_value(return_type, result)
        text = value if isinstance(value, str) else orjson.dumps(value) if isinstance(value, dict | list) else ""
        if len(text) > (SHORT if self._mutates else 0) and self.context_value is not None:
            self.context_value.spending.show(len(text))
        return value

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: object,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,  # noqa: ANN401 - as there
    ) -> Any:  # noqa: ANN401 - as there
        """Return a value, or what to wait for. Raises GraphQLError where it makes an answer have too many; of a mutation, too.

        Once lists have cost too much, no other list is begun, but what a payload tells.
        """
        if self.context_value is not None and not (self._mutates and path.prev is None):
            spending: Spending = self.context_value.spending
            try:
                spending.show_value()
            except AnswerTooLong as error:
                raise located_error(error, to_nodes(field_details_list[:1]), path.as_list()) from None
            name = field_details_list[0].node.name.value
            if spending.lists_ended and "userErrors" not in parent_type.fields and spending.holds_many(parent_type.name, name):
                return self.handle_field_error(spending.refusal_of_lists, parent_type.fields[name].type, field_details_list, path)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,  # noqa: ANN401 - as there
        position_context: Any,  # noqa: ANN401 - as there
    ) -> Any:  # noqa: ANN401 - as there
        """Return a list, or what to wait for. Raises GraphQLError where it is more than the operation may cost.

        What a mutation did, and what it refused, is told however long it is.
        """
        if self.context_value is not None and isinstance(result, Collection):
            told = self._mutates and "userErrors" in info.parent_type.fields
            self.context_value.spending.lengthen(info, len(result), in_any_case=told)
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def complete_list_item_value(
        self,
        item: Any,  # noqa: ANN401 - as there
        complete_results: list[Any],
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        item_path: Path,
        position_context: Any,  # noqa: ANN401 - as there
    ) -> bool:
        """Add an item to a list, and say whether it must be waited for. Raises AnswerTooLong where it makes the answer that."""
        if self.context_value is not None:
            self.context_value.spending.show_value()
        return super().complete_list_item_value(item, complete_results, item_type, field_details_list, info, item_path, position_context)

    @property
    def _mutates(self) -> bool:
        """Whether somebody must be told what was done: of the texts, only long ones make such an answer too long."""
        return self.operation.operation is OperationType.MUTATION

    def handle_field_error(
        self, raw_error: Exception, return_type: GraphQLOutputType, field_details_list: FieldDetailsList, path: Path
    ) -> None:
        """Note an error at its field, or raise it to the field above.

        An answer that is too long is raised to the top, once for all fields.
        """
        place, spending = field_details_list[:1], None if self.context_value is None else self.context_value.spending
        if spending is not None and is_too_long(raw_error) and (spending.has_too_many or not self._mutates):
            raise located_error(raw_error, to_nodes(place), path.as_list())
        super().handle_field_error(raw_error, return_type, place, path)
        if spending is not None and not self._mutates:
            spending.show(ERROR + len(orjson.dumps(path.as_list())))
