"""The command line: `billhook COMMAND`, one file a command."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from billhook.cli.backup import backup
from billhook.cli.check import check
from billhook.cli.import_time import import_time
from billhook.cli.new import new
from billhook.cli.plugins import plugins
from billhook.cli.run_subscriptions import run_subscriptions
from billhook.cli.schema import schema
from billhook.cli.serving import demo, serve
from billhook.cli.token import token
from billhook.cli.verify import verify
from billhook.domain.errors import Misconfiguration, Refusal, Refusals, Unavailable

app = typer.Typer(
    name="billhook",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog="Settings are environment variables named BILLHOOK_*, or lines of a file .env; BILLHOOK_DATABASE_URL says where the data is.",
)
importing = typer.Typer(no_args_is_help=True, help="Bring in what another tool recorded.")
importing.command("time")(import_time)

app.command()(demo)
app.command()(serve)
app.add_typer(importing, name="import")
app.add_typer(token, name="token")
app.command()(run_subscriptions)
app.command()(verify)
app.command()(backup)
app.command()(plugins)
app.command()(check)
app.command()(new)
app.command()(schema)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if asked:
        typer.echo(f"billhook {version('billhook')}")
        raise typer.Exit


@app.callback()
def billhook(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Turn tracked project work into invoices: a GraphQL API. New here? Start with: billhook demo."""


def main() -> None:
    """Run the command line. What stops a command is one line on stderr: a wrong setting, plugin or database is exit 2, a refusal 1."""
    try:
        app(prog_name="billhook")
    except (Misconfiguration, Unavailable) as error:
        typer.echo("billhook: " + " ".join(str(error).split()), err=True)
        sys.exit(2)
    except (Refusal, Refusals) as refused:
        typer.echo(f"billhook: {refused}", err=True)
        sys.exit(1)
