"""Is the wheel the whole program? Built, unpacked elsewhere, and run from there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
UNREACHABLE = ("No matching distribution found for hatchling", "Could not find a version")
TOOLS = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}  # what they leave
SOURCE = ROOT / "src" / "broadsheet"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel brings."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "-w", str(folder)]
    patience = os.environ | {"PIP_RETRIES": "1"}  # also of the pip that fetches hatchling
    built = subprocess.run(command, env=patience, capture_output=True, text=True, check=False)
    if "No module named pip" in built.stderr:
        pytest.skip("no pip here to build the wheel with")
    if any(said in built.stdout + built.stderr for said in UNREACHABLE):
        pytest.skip("the package index is out of reach, and the build asks it for hatchling")
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("broadsheet-*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_carries_every_file_of_the_package(unpacked: Path) -> None:
    mine = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and not TOOLS & set(path.parts)
    }
    theirs = {
        path.relative_to(unpacked / "broadsheet").as_posix()
        for path in (unpacked / "broadsheet").rglob("*")
        if path.is_file()
    }

    assert theirs == mine
    assert {
        "py.typed",
        "demo/portal.yaml",
        "demo/world/reports/civic-wire/northmoor-battery-opens.md",
        "demo/world/shorts/civic-wire-a.yaml",
        "publish/templates/front.html",
        "publish/templates/style.css",
    } <= theirs


def test_the_wheel_brings_its_licence_and_its_command(unpacked: Path) -> None:
    (info,) = unpacked.glob("broadsheet-*.dist-info")

    assert (info / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert "broadsheet = broadsheet.app.cli:main" in (info / "entry_points.txt").read_text()


def test_the_demo_runs_from_the_wheel_alone(unpacked: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(unpacked)}
    where = [sys.executable, "-c", "import broadsheet; print(broadsheet.__file__)"]
    command = [sys.executable, "-m", "broadsheet", "demo", "-C", "portal", "--no-serve", "--quiet"]

    def done(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    # The path comes before what is installed here, so this is the wheel's own code.
    assert done(where).stdout.strip() == str(unpacked / "broadsheet" / "__init__.py")
    ran = done(command)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "portal" / "site" / "index.html").is_file()
