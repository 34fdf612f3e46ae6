"""The one hook of a plugin, and how a plugin is asked for its source. The only user of pluggy."""

from __future__ import annotations

import pluggy

from billhook.domain.source import InvoiceSource

hookspec = pluggy.HookspecMarker("billhook")
hookimpl = pluggy.HookimplMarker("billhook")
"""Marks the function `billhook_invoice_source` of a plugin's module as its hook, which is called once, at start-up.

Without the mark, or when the hook raises or returns anything but an `InvoiceSource`, the plugin is left out.
"""


class Hooks:
    """The hooks a plugin module may implement: one."""

    @hookspec
    def billhook_invoice_source(self) -> InvoiceSource:
        """Return the invoice source of this plugin."""
        raise NotImplementedError


def source_of(plugin: object) -> InvoiceSource:
    """Ask one plugin for its source through pluggy, alone, so that no other one is in the way. Raises TypeError when it has none."""
    host = pluggy.PluginManager("billhook")
    host.add_hookspecs(Hooks)
    host.register(plugin)
    host.check_pending()
    answers = host.hook.billhook_invoice_source()
    if len(answers) != 1:
        raise TypeError("the plugin has no hook billhook_invoice_source marked with @hookimpl, or it returned None")
    answer = answers[0]
    if not isinstance(answer, InvoiceSource):
        raise TypeError(f"billhook_invoice_source returned {type(answer).__name__}, not an InvoiceSource")
    return answer
