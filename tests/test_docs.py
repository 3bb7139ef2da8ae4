"""The docs name every step, and the modules they name are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import broadsheet.pipeline
from broadsheet.pipeline.steps import STEPS

HOUSE = Path(__file__).parents[1]
WORDS = [*(step.name for step in STEPS), "publish"]


def test_the_sentence_the_steps_and_the_docs_are_one() -> None:
    sections = re.split(r"^## ", (HOUSE / "docs" / "steps.md").read_text(), flags=re.MULTILINE)[1:]

    assert " | ".join(WORDS) in (broadsheet.pipeline.__doc__ or "")
    assert [section.split("\n", 1)[0] for section in sections] == WORDS
    for section in sections:
        modules = re.findall(r"`([a-z_/]+\.py)`", section)
        assert modules, f"{section.split()[0]} names no module"
        assert [m for m in modules if not (HOUSE / "src" / "broadsheet" / m).exists()] == []
        assert re.search(r"^Takes .+, gives .+\.$", section, re.MULTILINE), section


def test_every_module_opens_with_what_it_is_for() -> None:
    paths = sorted((HOUSE / "src").rglob("*.py"))

    assert paths
    assert [str(path) for path in paths if not path.read_text().startswith('"""')] == []


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    page = (HOUSE / "docs" / "why" / "dependencies.md").read_text()
    names = [re.split(r"[<>=; ]", each)[0] for each in project["dependencies"]]

    assert [name for name in names if f"| {name} |" not in page] == []


def test_the_tutorial_shows_what_its_commands_print(tmp_path: Path) -> None:
    page = (HOUSE / "docs" / "tutorial.md").read_text()
    blocks = re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    assert len(blocks) >= 5
    for block in blocks:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            done = subprocess.run(
                command,
                shell=True,
                cwd=tmp_path,
                env=environment,
                text=True,
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )  # the page is ours
            assert done.stdout == shown, command


def test_links_between_the_pages_hold() -> None:
    pages = [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")]
    broken = [
        (page.name, link)
        for page in pages
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / link).exists()
    ]

    assert broken == []
