"""A wizard that invoices a project by a source it knows nothing about: all that it has is the API, and a person who fills in the form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator
from tests.e2e.story import PREVIEW, Answer, Json, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.client import Client

BUILT_IN = "billhook"
OFFERS = """query($id: ID!) { project(id: $id) { sources {
    source { name label description effect package optionsSchema } available unavailableBecause { code message } suggestions } } }"""
INPUT = """query($name: String!) { __type(name: $name) {
    isOneOf enumValues { name } inputFields { name description defaultValue type { ...T } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"""
PREVIEWED = f"""query($input: PreviewInvoiceInput!) {{ previewInvoice(input: $input) {{
    preview {{ {PREVIEW} }} userErrors {{ code message path }} }} }}"""
CREATED = """mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { userErrors { code message path } invoice {
    kind status net { amount currency } source { name label package version effect installed }
    lines { nodes { section description net { amount currency } } } project { billing { openAdvance { amount currency } } } } } }"""
SCALARS = {
    ("string", None): "String",
    ("string", "id"): "ID",
    ("string", "decimal"): "Decimal",
    ("string", "date"): "Date",
    ("string", "date-time"): "DateTime",
    ("boolean", None): "Boolean",
    ("integer", None): "Int",
}
"""What a widget is for, by type and format, and the scalar that takes its value."""


@dataclass(frozen=True, slots=True)
class Widget:
    """One field of a form: `kind` is the scalar it is for, or `choice`, `list`, `group`; these have more below them."""

    kind: str
    title: str
    description: str
    required: bool
    nullable: bool
    default: Json
    of: str | None = None
    """Of an id: what in the API it is of."""
    choices: tuple[str, ...] = ()
    item: Widget | None = None
    group: dict[str, Widget] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What the wizard shows of one source: whether it can be used, its form, and answers to begin with."""

    name: str
    label: str
    description: str
    package: str
    available: bool
    because: str | None
    form: dict[str, Widget]
    suggestions: list[Answer]


class Wizard:
    """Leads through the invoice of one project."""

    def __init__(self, billhook: Client, project_id: str) -> None:
        self.billhook = billhook
        self.project_id = project_id

    def pages(self) -> list[Page]:
        """Ask what can be invoiced now, and how."""
        offers = self.billhook.graphql(OFFERS, {"id": self.project_id})["project"]["sources"]
        return [page_of(offer) for offer in offers]

    def page(self) -> Page:
        """The page of the one source that did not come with billhook."""
        [page] = [page for page in self.pages() if page.package != BUILT_IN]
        return page

    def compare(self, page: Page) -> None:
        """Fail unless the input of the source has exactly the fields of its form, each with what is said of it."""
        choice = self._type("InvoiceSourceInput")
        assert choice["isOneOf"]
        [field] = [field for field in choice["inputFields"] if field["name"] == page.name]
        assert field["description"].startswith(page.description)
        self._compare(page.form, field["type"]["name"])

    def preview(self, page: Page, answers: Answer) -> Answer:
        given = {"projectId": self.project_id, "source": {page.name: answers}}
        found: Answer = plain(self.billhook.graphql(PREVIEWED, {"input": given})["previewInvoice"])
        return found

    def create(self, page: Page, answers: Answer, token: str | None = None) -> Answer:
        given = {"projectId": self.project_id, "source": {page.name: answers}, "previewToken": token}
        found: Answer = plain(self.billhook.graphql(CREATED, {"input": given})["createInvoice"])
        return found

    def _type(self, name: str) -> Answer:
        found: Answer = self.billhook.graphql(INPUT, {"name": name})["__type"]
        return found

    def _compare(self, form: dict[str, Widget], name: str) -> None:
        taken = self._type(name)
        fields = {field["name"]: field for field in taken["inputFields"]}
        assert list(fields) == list(form), name
        for key, widget in form.items():
            kind, default = fields[key]["type"], fields[key]["defaultValue"]
            assert widget.title, key
            assert fields[key]["description"] == widget.description != "", key
            if not taken["isOneOf"]:  # there, GraphQL has no other way to say that one of the fields is given
                assert (kind["kind"] == "NON_NULL" and default is None) is widget.required, key
                assert (kind["kind"] == "NON_NULL") is not widget.nullable, key
            self._compare_type(widget, kind, key)

    def _compare_type(self, widget: Widget, kind: Answer, key: str) -> None:
        inner = kind["ofType"] if kind["kind"] == "NON_NULL" else kind
        if widget.group is not None:
            self._compare(widget.group, inner["name"])
        elif widget.item is not None:
            assert inner["kind"] == "LIST", key
            self._compare_type(widget.item, inner["ofType"], key)
        elif widget.choices:
            assert tuple(value["name"] for value in self._type(inner["name"])["enumValues"]) == widget.choices, key
        else:
            assert inner["name"] == widget.kind, key


def page_of(offer: Answer) -> Page:
    """Turn an offer into a page; its suggestions fit its form."""
    source, because = offer["source"], offer["unavailableBecause"]
    schema = source["optionsSchema"]
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for suggestion in offer["suggestions"]:
        validator.validate(suggestion)
    return Page(
        name=source["name"],
        label=source["label"],
        description=source["description"],
        package=source["package"],
        available=offer["available"],
        because=because and because["code"],
        form=dict(widgets(schema, schema)),
        suggestions=offer["suggestions"],
    )


def widgets(node: Answer, schema: Answer) -> Iterator[tuple[str, Widget]]:
    """Yield the fields of an object of the schema."""
    assert node["additionalProperties"] is False
    for name, said in node["properties"].items():
        yield name, widget(said, schema, required=name in node.get("required", ()))


def widget(said: Answer, schema: Answer, *, required: bool = False) -> Widget:
    """Return the widget for a property; fails for a property that it would not know how to show."""
    inner, nullable = said, False
    if "anyOf" in said:
        [inner] = [one for one in said["anyOf"] if one != {"type": "null"}]
        nullable = True
    if "$ref" in inner:
        inner = schema["$defs"][inner["$ref"].removeprefix("#/$defs/")]
    shown = Widget(
        kind="",
        title=said.get("title", inner.get("title", "")),
        description=said.get("description", ""),
        required=required,
        nullable=nullable,
        default=said.get("default"),
    )
    if "enum" in inner:
        return replace(shown, kind="choice", choices=tuple(inner["enum"]))
    if inner["type"] == "array":
        return replace(shown, kind="list", item=widget(inner["items"], schema))
    if inner["type"] == "object":
        return replace(shown, kind="group", group=dict(widgets(inner, schema)))
    return replace(shown, kind=SCALARS[inner["type"], inner.get("format")], of=inner.get("x-idOf"))


def prefilled(page: Page) -> Answer:
    """Fill in the form: the first suggestion, and defaults where it says nothing."""
    [first, *_] = page.suggestions
    assert first.keys() <= page.form.keys()
    answers = {name: first.get(name, widget.default) for name, widget in page.form.items()}
    assert all(answers[name] is not None for name, widget in page.form.items() if widget.required)
    return answers
