"""What every test shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadsheet.app import demo
from broadsheet.model import Outcome

pytest.register_assert_rewrite("broadsheet.testing")

Shown = tuple[Path, list[Outcome]]


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The demo, run once for all tests: its folder and its outcomes."""
    folder = tmp_path_factory.mktemp("demo") / "portal"
    return folder, demo.show(folder, lambda _: None, lambda _: None)


@pytest.fixture(scope="session")
def demo_folder(shown: Shown) -> Path:
    """The demo's portal; to be read, never written to."""
    return shown[0]


@pytest.fixture(scope="session")
def demo_outcomes(shown: Shown) -> list[Outcome]:
    """What became of every record of the demo, in order."""
    return shown[1]
