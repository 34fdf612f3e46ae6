"""An example to try billhook with: a design studio, its customers, and thirty projects that between them show every way of invoicing."""

from billhook.billing.demo.filling import fill_demo

__all__ = ["fill_demo"]
