"""The plugin host: finds the invoice sources, checks what they declare, asks them, and keeps the broken ones apart with their reason."""

from billhook.sources.asking import as_json, as_sent, by_value, faults, propose, read_options, suggest
from billhook.sources.hooks import hookimpl
from billhook.sources.installed import BrokenPlugin, InstalledSource, Plugin, PluginState, Sources, check_name, install, options_type
from billhook.sources.loading import BUILT_IN, load_sources

__all__ = [
    "BUILT_IN",
    "BrokenPlugin",
    "InstalledSource",
    "Plugin",
    "PluginState",
    "Sources",
    "as_json",
    "as_sent",
    "by_value",
    "check_name",
    "faults",
    "hookimpl",
    "install",
    "load_sources",
    "options_type",
    "propose",
    "read_options",
    "suggest",
]
