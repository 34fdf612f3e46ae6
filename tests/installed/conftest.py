"""A fresh environment with the wheel of billhook in it, made once in each process that runs tests of this folder."""

from __future__ import annotations

import pytest
from tests.installed.environment import Environment, new_environment


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return new_environment(tmp_path_factory.mktemp("installed"))
