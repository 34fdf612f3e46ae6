"""Reads the public names of a package from its source, with all that their docstrings say; nothing is imported or run."""

from __future__ import annotations

import re
from ast import literal_eval
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from griffe import (
    Alias,
    Attribute,
    Class,
    Expr,
    ExprBinOp,
    ExprCall,
    ExprKeyword,
    ExprName,
    ExprSubscript,
    ExprTuple,
    Function,
    GriffeLoader,
    Module,
    ParameterKind,
)
from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from griffe import Object

Source: TypeAlias = str | Expr | None
"""A piece of source as griffe has it: parsed, or as it is written."""

BOUNDS = {"gt": "above {}", "ge": "from {}", "lt": "below {}", "le": "at most {}", "decimal_places": "at most {} decimals"}
"""What the constraints of a pydantic field say in words; those of a length and of a pattern have words of their own."""


class Undocumented(Exception):
    """Something public that no docstring speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a class, or a value of an enum; `default` None: it has none."""

    name: str
    type: str
    default: str | None
    bounds: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method or property as it is called, which of these it is, and what it says."""

    signature: str
    kind: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicName:
    """A name that a package exports: how it is written in code, and what its docstrings say."""

    name: str
    package: str
    module: str
    kind: str
    code: str
    meaning: str
    fields: tuple[Field, ...] = ()
    methods: tuple[Method, ...] = ()


def public_names(package: str, folder: Path) -> list[PublicName]:
    """Return what `__all__` of a package in a folder names, in that order. Raises Undocumented for what has no docstring."""
    module = _load(package, folder)
    if module.exports is None:
        raise Undocumented(f"{package} has no __all__")
    return [_public(package, str(name), module[str(name)]) for name in module.exports]


def hooks(module: str, folder: Path) -> list[PublicName]:
    """Return the functions of a module that are marked with `@hookspec`. Raises Undocumented for one without a docstring."""
    classes = [one for one in _load(module, folder).members.values() if isinstance(one, Class)]
    specified = [one for kind in classes for one in kind.members.values() if isinstance(one, Function) and _marked(one, "hookspec")]
    return [
        PublicName(
            name=one.name,
            package=module,
            module=module,
            kind="hook",
            code=f"@hookimpl\ndef {written(one.signature())}",
            meaning=_docstring(one),
        )
        for one in specified
    ]


def written(source: Source) -> str:
    """Write a piece of source as this project does: without what `Annotated` adds, modules before names, and single quotes."""
    if isinstance(source, ExprBinOp):
        return f"{written(source.left)} {source.operator} {written(source.right)}"
    if isinstance(source, ExprSubscript) and _path(source.left) == "typing.Annotated" and isinstance(source.slice, ExprTuple):
        return written(source.slice.elements[0])
    text = re.sub(r"\b(?:[A-Za-z_]\w*\.)+(\w+)", r"\1", str(source))
    return re.sub(r"'([^'\"]*)'", r'"\1"', text)


def _load(package: str, folder: Path) -> Module:
    loaded = GriffeLoader(search_paths=[folder]).load(package)
    if not isinstance(loaded, Module):
        raise TypeError(f"{package} is no module")
    return loaded


def _public(package: str, name: str, found: Object | Alias) -> PublicName:
    target = _target(found)
    kind, code = "value", f"{name} = {written(target.value)}" if isinstance(target, Attribute) else ""
    fields: list[Field] = []
    methods: list[Method] = []
    if isinstance(target, Attribute) and isinstance(target.value, ExprCall) and _path(target.value.function) == "typing.NewType":
        kind = "id"
    elif isinstance(target, Function):
        kind, code = "function", f"def {written(target.signature())}"
    elif isinstance(target, Class):
        kind, fields, methods = _kind(target), list(_fields(target)), list(_methods(target))
        code = _class_code(target, kind, fields)
    return PublicName(
        name=name,
        package=package,
        module=target.module.path,
        kind=kind,
        code=code,
        meaning=_docstring(target),
        fields=tuple(fields),
        methods=tuple(methods),
    )


def _kind(kind: Class) -> str:
    bases = {_path(base) for ancestor in (kind, *kind.mro()) for base in ancestor.bases}
    return "enum" if "enum.Enum" in bases else "model" if "pydantic.BaseModel" in bases else "class"


def _class_code(kind: Class, sort: str, fields: list[Field]) -> str:
    """Return what a class derives from, and how one is made."""
    bases = ", ".join(written(base) for base in kind.bases)
    lines = [f"class {kind.name}({bases})"] if bases else []
    if sort == "model" and fields:
        given = [f"{field.name}: {field.type}{'' if field.default is None else f' = {field.default}'}" for field in fields]
        lines.append(f"{kind.name}(*, {', '.join(given)})")
    elif "__init__" in kind.all_members:
        lines.append(written(kind.signature()))
    return "\n".join(lines) or f"class {kind.name}"


def _members(kind: Class) -> Iterator[Object]:
    """Yield what is public in a class, inherited or not, without the machinery of pydantic."""
    for name, member in kind.all_members.items():
        if not name.startswith("_") and not (_kind(kind) == "model" and hasattr(BaseModel, name)):
            yield _target(member)


def _fields(kind: Class) -> Iterator[Field]:
    for member in _members(kind):
        if isinstance(member, Attribute) and "property" not in member.labels:
            yield _field(member, is_model=_kind(kind) == "model")


def _field(member: Attribute, *, is_model: bool) -> Field:
    type_, default = written(member.annotation), member.value
    if member.annotation is None and "class-attribute" not in member.labels:  # set by the constructor
        type_, default = _type_of_argument(member), None
    given: dict[str, Source] = {}
    if is_model:
        given = {**_field_arguments(member.annotation), **_field_arguments(member.value)}
        default = given.pop("default", None if _is_field(member.value) else member.value)
    description = given.pop("description", None)
    said = [literal_eval(str(description))] if description is not None else []
    said += [member.docstring.value] if member.docstring else []
    if not said:
        raise Undocumented(f"{member.path} has no docstring")
    return Field(
        name=member.name,
        type=type_,
        default=None if default is None else written(default),
        bounds=_bounds(given, type_, member.path),
        meaning="\n\n".join(said),
    )


def _type_of_argument(member: Attribute) -> str:
    """Return the type of the constructor's argument of the same name."""
    constructor = member.parent.members.get("__init__") if member.parent else None
    if not isinstance(constructor, Function):
        raise TypeError(f"{member.path} is set by no constructor")
    argument = constructor.parameters[member.name]
    text = written(argument.annotation)
    return f"tuple[{text}, ...]" if argument.kind is ParameterKind.var_positional else text


def _is_field(value: Source) -> bool:
    return isinstance(value, ExprCall) and _path(value.function) == "pydantic.Field"


def _field_arguments(source: Source) -> dict[str, Source]:
    """Return what is given to pydantic's `Field` anywhere in an annotation or value, by name."""
    if isinstance(source, ExprCall) and _is_field(source):
        return {one.name: one.value for one in source.arguments if isinstance(one, ExprKeyword)}
    found: dict[str, Source] = {}
    if isinstance(source, Expr) and not isinstance(source, ExprName):  # a name has no parts but itself
        for part in source.iterate(flat=False):
            found |= _field_arguments(part)
    return found


def _bounds(given: dict[str, Source], type_: str, path: str) -> str:
    """Say the constraints of a field. Raises ValueError for one that has no words here."""
    left = {name: str(value).replace(" ** ", "^") for name, value in given.items()}
    what = "characters" if type_.startswith("str") else "items"
    least, most = left.pop("min_length", None), left.pop("max_length", None)
    length = (
        f"{least} to {most} {what}" if least and most else f"at least {least} {what}" if least else f"at most {most} {what}" if most else ""
    )
    pattern = left.pop("pattern", None)
    blank = "" if pattern is None else "not blank" if literal_eval(pattern) == r"\S" else f"matches {pattern}"
    if unknown := left.keys() - BOUNDS.keys():
        raise ValueError(f"{path} has {', '.join(unknown)}, which the reference has no words for")
    return ", ".join(said for said in (length, blank, *(BOUNDS[name].format(value) for name, value in left.items())) if said)


def _methods(kind: Class) -> Iterator[Method]:
    for member in _members(kind):
        if isinstance(member, Attribute) and "property" in member.labels:
            yield Method(signature=f"{member.name}: {written(member.annotation)}", kind="property", meaning=_docstring(member))
        elif isinstance(member, Function):
            sort = next((label for label in ("abstractmethod", "classmethod", "staticmethod") if label in member.labels), "method")
            yield Method(signature=written(member.signature()), kind=sort, meaning=_docstring(member))


def _target(found: Object | Alias) -> Object:
    """Return what a name stands for, through every module that hands it on."""
    return found.final_target if isinstance(found, Alias) else found


def _marked(function: Function, name: str) -> bool:
    return any(_path(decorator.value).rpartition(".")[2] == name for decorator in function.decorators)


def _docstring(of: Object) -> str:
    if of.docstring is None or not of.docstring.value.strip():
        raise Undocumented(f"{of.path} has no docstring")
    return of.docstring.value


def _path(expression: Source) -> str:
    return expression.canonical_path if isinstance(expression, Expr) else str(expression)
