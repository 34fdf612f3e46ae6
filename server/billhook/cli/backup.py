"""`billhook backup FILE`: copies an SQLite database while it is in use, and says how PostgreSQL is backed up."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from billhook.billing.workspace import engine_of
from billhook.cli.opening import settings_of_database
from billhook.store.backup import copy_sqlite, postgresql_commands
from billhook.store.migrations import require_billhook


def backup(
    file: Annotated[Path, typer.Argument(help="Where to put the copy, such as billhook-2026-03-10.db.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
) -> None:
    """Copy the SQLite database to a file, while others go on writing. Of PostgreSQL it says the command that does it, and exits with 2.

    The copy is as of one moment, and is checked before it gets its name. Exits with 2, and leaves no file, when it cannot be made.
    """
    engine = engine_of(settings_of_database(), read_only=True)
    try:
        require_billhook(engine)
        if engine.dialect.name == "postgresql":
            _explain(*postgresql_commands(engine, file))
            raise typer.Exit(2)
        console = Console(stderr=True)
        columns = (TextColumn("Copying"), BarColumn(), TaskProgressColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("")
            copy_sqlite(engine, file, replace=force, progress=lambda done, pages: bar.update(task, completed=done, total=pages))
    finally:
        engine.dispose()
    typer.echo(
        f"{file}: {file.stat().st_size} bytes, checked. Prove what is in it with BILLHOOK_DATABASE_URL=sqlite:///{file} billhook verify"
    )


def _explain(dump: str, create: str, restore: str) -> None:
    typer.echo("billhook: nothing was written, because PostgreSQL makes its own backups. Of this database by", err=True)
    typer.echo(f"  {dump}", err=True)
    typer.echo("It is restored into a new database by", err=True)
    typer.echo(f"  {create}", err=True)
    typer.echo(f"  {restore}", err=True)
