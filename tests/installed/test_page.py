"""The wheel brings GraphiQL as it was built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from billhook.http.graphiql import NOT_BUILT, built_graphiql

if TYPE_CHECKING:
    from pathlib import Path

    from tests.installed.environment import Environment

SHOW_PAGE = """
import json
from billhook.http.graphiql import built_graphiql
built = built_graphiql()
print(json.dumps([built.page, sorted(built.files)]))
"""


def test_the_wheel_has_the_page_and_its_files(environment: Environment, tmp_path: Path) -> None:
    built = built_graphiql()
    assert built.page is not None, NOT_BUILT
    done = environment.run("python", "-c", SHOW_PAGE, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert orjson.loads(done.stdout) == [built.page, sorted(built.files)]
