<%!
def quoted(value):
    """Write a literal as the formatter does, in double quotes."""
    return repr(value).replace("'", '"')
%>\
"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import billhook.store.columns

revision = ${quoted(up_revision)}
down_revision = ${quoted(down_revision)}
branch_labels = ${quoted(branch_labels)}
depends_on = ${quoted(depends_on)}


def upgrade() -> None:
    """Apply."""
% if upgrades:
    ${upgrades}
% endif
