"""The plugins of a server, those that were left out too, with their reasons: for its admins."""

from typing import Self

import strawberry

from billhook import sources
from billhook.domain.words import ADMINS
from billhook_schema.context import Info
from billhook_schema.enums import Effect, PluginState
from billhook_schema.roles import seen_by


@seen_by(ADMINS)
@strawberry.type(description="A plugin that was found when the server started, whether its source works or it was left out.")
class Plugin:
    """A plugin that was found when the server started."""

    name: str = strawberry.field(description="Name of its source; of one that was left out: of its entry point.")
    label: str | None = strawberry.field(description="What people call its source; null when it was left out.")
    effect: Effect | None = strawberry.field(description="What invoices of its source do to credit; null when it was left out.")
    settles_advances: bool | None = strawberry.field(
        description="Whether invoices of its source take open advances off; null when it was left out."
    )
    package: str = strawberry.field(description="The package that it came with.")
    version: str = strawberry.field(description="The package's version.")
    state: PluginState = strawberry.field(description="Whether it works.")
    reason: str | None = strawberry.field(description="Why it was left out; null when it works.")

    @classmethod
    def of(cls, plugin: sources.Plugin) -> Self:
        """Show a plugin."""
        return cls(
            name=plugin.name,
            label=plugin.label,
            effect=plugin.effect,
            settles_advances=plugin.settles_advances,
            package=plugin.package,
            version=plugin.version,
            state=plugin.state,
            reason=plugin.reason,
        )


def plugins(info: Info) -> list[Plugin] | None:
    """Return all plugins, for admins alone: reasons may tell of the inside of the server."""
    return [Plugin.of(plugin) for plugin in info.context.door.workspace.sources.plugins()]
