"""The command line: `billhook COMMAND`, one file a command."""

import sys
from contextlib import suppress
from importlib.metadata import version
from typing import Annotated, NoReturn

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
    """Run the command line. What stops a command is one line on stderr.

    A wrong setting, plugin or database is exit 2, a refusal 1, as is what the system refuses: a full disk, for instance, below the output.
    """
    try:
        app(prog_name="billhook")
    except (Misconfiguration, Unavailable) as error:
        _end(2, " ".join(str(error).split()))
    except Refusals as refused:
        _end(1, "; ".join(": ".join((*each.path, each.message)) for each in refused.refusals))
    except Refusal as refused:
        _end(1, refused.message)
    except OSError as error:
        _end(1, ": ".join(str(part) for part in (error.filename, error.strerror or error) if part is not None))


def _end(code: int, reason: str) -> NoReturn:
    """Say why in one line, if it can be said, and exit."""
    with suppress(OSError):
        typer.echo(f"billhook: {reason}", err=True)
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where it was closed from the start
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                stream.close()  # else Python tries it once more at its end, shows a stack trace and exits with another code
    sys.exit(code)
