"""The same request with its arguments in variables, as programs send them: their values are read in another way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    parse_type,
    print_ast,
    value_from_ast_untyped,
)

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema


def with_variables(document: DocumentNode, schema: GraphQLSchema) -> dict[str, Any]:
    """Return the body of a request whose root field takes its arguments from variables."""
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    root = schema.get_root_type(operation.operation)
    [field] = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    assert root is not None
    takes = root.fields[field.name.value].args
    arguments = field.arguments or ()
    named = {argument.name.value: VariableNode(name=NameNode(value=argument.name.value)) for argument in arguments}
    asking = replace(field, arguments=tuple(replace(argument, value=named[argument.name.value]) for argument in arguments))
    given = replace(
        operation,
        selection_set=replace(operation.selection_set, selections=(asking,)),
        variable_definitions=tuple(
            VariableDefinitionNode(variable=variable, type=parse_type(str(takes[name].type))) for name, variable in named.items()
        ),
    )
    values = {argument.name.value: value_from_ast_untyped(argument.value) for argument in arguments}
    return {"query": print_ast(given), "variables": values}
