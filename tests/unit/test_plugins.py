"""A stranger's scorer goes through the same door as ours."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from broadsheet.assemble import open_plugins
from broadsheet.config import load
from broadsheet.errors import ConfigError, PluginError
from broadsheet.model import Article, Part, Score
from broadsheet.pipeline.publish import publish
from broadsheet.plugins import Plugins
from broadsheet.publish.markdown import Trees
from broadsheet.run.local import work
from broadsheet.testing import NEWS, desk_on, portal

GOOD = Path(__file__).parents[1] / "portal.yaml"


def seven(article: Article) -> Score:
    return Score("quality", 7, (Part("always", 7),))


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("stranger")
    monkeypatch.setitem(sys.modules, "stranger", module)
    return module


def test_a_scorer_from_outside_adds_its_part(stranger: ModuleType, tmp_path: Path) -> None:
    def register(plugins: Plugins) -> None:
        plugins.quality["seven"] = seven

    stranger.__dict__["register"] = register
    desk = desk_on(tmp_path)
    desk = replace(desk, plugins=open_plugins(replace(desk.portal, plugins=("stranger",))))

    list(work(desk, [NEWS]))

    records = list(desk.trees.public().values())
    assert records
    for record in records:
        quality = record.desk.parts[0]
        assert Part("always", 7) in quality.parts
        assert record.quality == quality.value == sum(part.points for part in quality.parts)


def test_a_broken_plugin_is_named_before_anything_runs(stranger: ModuleType) -> None:
    stranger.__dict__["register"] = lambda plugins: 1 / 0

    with pytest.raises(PluginError, match="plugin stranger: ZeroDivisionError"):
        open_plugins(portal(plugins=("stranger",)))
    with pytest.raises(PluginError, match="plugin nowhere: ModuleNotFoundError"):
        open_plugins(portal(plugins=("nowhere",)))


def test_an_output_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    plugins = open_plugins(portal())
    plugins.outputs["broken"] = lambda edition: 1 / 0  # type: ignore[assignment]

    outcomes = {o.subject: o for o in publish(portal(), plugins, Trees(tmp_path))}

    assert outcomes["broken"].detail == "output broken: ZeroDivisionError: division by zero"
    assert outcomes["site"].status == "ok"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "outputs: [site, json]",
            "outputs: [site, jsn]",
            r"outputs\[2\]: nothing here makes 'jsn'",
        ),
    ],
)
def test_what_nobody_here_can_do_is_refused_by_place(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = tmp_path / "portal.yaml"
    path.write_text(GOOD.read_text().replace(old, new, 1))

    with pytest.raises(ConfigError, match=rf"portal\.yaml:\d+:\d+: {told}"):
        open_plugins(load(path))
