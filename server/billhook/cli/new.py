"""`billhook new NAME --effect regular|advance`: the distribution of a new invoice source, which works as it is written."""

import builtins
import os
import shlex
import shutil
import sys
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

import billhook
from billhook.cli.opening import installed_sources
from billhook.domain.errors import ErrorCode, Refusal
from billhook.settings import read_settings
from billhook.sources import check_name


class Start(StrEnum):
    """What the new source does at first: bills work, or registers an advance."""

    REGULAR = "regular"
    ADVANCE = "advance"


DESCRIPTION = {
    Start.REGULAR: "Bills unbilled time and its extra costs up to a day, in one line.",
    Start.ADVANCE: "Bills a fee once a month, in advance.",
}
USED = {*dir(builtins), *billhook.__all__, "Decimal", "Field", "Iterable"}
"""Names that mean something else in the module of a source."""


def new(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="The source's name: one lowercase word of letters and digits. Its field in InvoiceSourceInput, too."
        ),
    ],
    *,
    effect: Annotated[Start, typer.Option(help="What it does: regular bills unbilled time, advance bills a fee and leaves time as it is.")],
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where to write the folder billhook-NAME.")] = Path(),
) -> None:
    """Write a new invoice source: a package billhook-NAME with one module and its test, ready to install.

    Nothing is ever overwritten. Exits with 1, and leaves nothing, when the name cannot be taken or the folder cannot be written.
    """
    _check_free(name)
    target = folder / f"billhook-{name}"
    contents = _contents(name, effect)
    _write(target, contents)
    typer.echo(f"Wrote {', '.join(contents)} into {target}. Next:")
    for command in _next_commands(name, target):
        typer.echo(f"  {command}")


def _check_free(name: str) -> None:
    """Raise Refusal for a name that the host does not take, or that a plugin, a module or a distribution has already."""
    try:
        check_name(name)
    except TypeError as error:
        raise _refusal(str(error)) from None
    settings = read_settings().model_copy(update={"plugins_strict": False})
    for plugin in installed_sources(settings).plugins():
        if plugin.name == name:
            raise _refusal(f"the name '{name}' is taken by {plugin.package} {plugin.version}; choose another")
    if name in settings.blocked_plugins:
        raise _refusal(f"BILLHOOK_PLUGINS_BLOCK leaves '{name}' out; choose another name, or take it from there")
    if find_spec(f"billhook_{name}") is not None:
        raise _refusal(f"there is a module billhook_{name} already; choose another name")
    if (found := _installed_version(f"billhook-{name}")) is not None:
        raise _refusal(f"billhook-{name} {found} is installed already; choose another name")


def _installed_version(package: str) -> str | None:
    try:
        return distribution(package).version
    except PackageNotFoundError:
        return None


def _contents(name: str, effect: Start) -> dict[str, str]:
    """Return the text of each file by its name."""
    major, minor, *_ = version("billhook").split(".")
    words = {
        "name": name,
        "check": f"billhook check {name:<29}",  # in line with those around it
        "title": name.capitalize(),
        "kind": _class_name(name),
        "description": DESCRIPTION[effect],
        "since": f"{major}.{minor}",
        "until": str(int(major) + 1),  # a plugin's API stays as it is until the next major version
    }
    templates = {
        "pyproject.toml": "pyproject.toml",
        f"billhook_{name}.py": f"{effect}.py",
        f"test_billhook_{name}.py": "test.py",
        "README.md": "README.md",
    }
    folder = files("billhook.cli") / "template"
    return {
        file: Template((folder / f"{template}.tmpl").read_text(encoding="utf-8")).substitute(words) for file, template in templates.items()
    }


def _class_name(name: str) -> str:
    """Return the name of the source's class: `Retainer`, and `PeriodSource` where `Period` is something else."""
    title = name.capitalize()
    return f"{title}Source" if {title, f"{title}Options"} & USED else title


def _write(target: Path, contents: dict[str, str]) -> None:
    """Write the files of a new folder, all or none of them. Raises Refusal when it is there already, or cannot be written."""
    if os.path.lexists(target):
        raise _refusal(f"there is {str(target)!r} already, and nothing is overwritten; move it away, or choose another name or --folder")
    try:
        with TemporaryDirectory(prefix=".billhook-new-", dir=target.parent) as temporary:
            written = Path(temporary) / target.name
            written.mkdir()
            for file, text in contents.items():
                (written / file).write_text(text, encoding="utf-8")
            written.rename(target)
    except OSError as error:
        raise _refusal(f"cannot write {str(target)!r}: {error.strerror}") from None


def _next_commands(name: str, target: Path) -> tuple[str, ...]:
    """Return what to type next, by the programs that this one runs with, also where they are not on the path."""
    found = shutil.which("python")
    on_path = found is not None and Path(found).parent == Path(sys.executable).parent
    python = "python" if on_path else shlex.quote(sys.executable)
    program = "billhook" if on_path else f"{python} -m billhook"
    return (
        f"cd {shlex.quote(str(target))}",
        f"{python} -m pip install --editable '.[test]'",
        f"{python} -m pytest",
        f"{program} check {name}",
        f"{program} demo",
    )


def _refusal(message: str) -> Refusal:
    return Refusal(ErrorCode.INVALID_INPUT, message, "name")
