"""What is on this page? `extract` and `rules` as the shell sees them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from typed import broadsheet

HTML = """<html><head><link rel=canonical href=https://quay.example/tides>
<meta name=generator content="Ghost 6"><meta name=robots content=max-snippet:80></head><body>
<article><h1 class=gh-article-title>Tides &lt;rise&gt;</h1><p>By <a rel=author>Jo Low</a></p>
<p>The harbour board said on Friday that the tide, the highest in ten years, did no harm.</p>
<p>Nobody was hurt, it added, and all ferries would sail on Saturday as they always do.</p>
</article></body></html>"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "tides.html").write_text(HTML)
    return tmp_path / "tides.html"


def test_a_page_is_read_from_a_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broadsheet(monkeypatch, "extract", file) == 0
    lines = capsys.readouterr().out.splitlines()

    assert "address    https://quay.example/tides" in lines
    assert "title      Tides <rise>" in lines
    assert "authors    Jo Low" in lines


def test_why_names_the_signals_of_each_field_and_what_the_publisher_allows(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broadsheet(monkeypatch, "extract", file, "--why") == 0
    said = capsys.readouterr().out

    assert "title      Tides <rise>\n           by h1, rule for Ghost (0.98)" in said
    assert "allows     max-snippet:80 in the page's robots meta" in said


def test_text_html_and_json_are_for_programs(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broadsheet(monkeypatch, "extract", file, "--text")
    text = capsys.readouterr().out
    broadsheet(monkeypatch, "extract", file, "--html")
    html = capsys.readouterr().out
    broadsheet(monkeypatch, "extract", file, "--json")
    told = json.loads(capsys.readouterr().out)

    assert "did no harm." in text and "<p>" not in text
    assert "<h1>Tides &lt;rise&gt;</h1>" in html and "did no harm.</p>" in html
    assert told["authors"] == ["Jo Low"] and told["permissions"]["snippet"] == 80


def test_no_file_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broadsheet(monkeypatch, "extract", tmp_path / "none.html") == 2
    assert "no such file" in capsys.readouterr().err


def test_rules_are_checked_on_a_page_and_by_their_own_tests(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = file.with_name("quay.toml")
    rule.write_text('name = "Quay"\nvalid = 2026-01-09\n[fields]\ntitle = "h1"\nauthors = ".by"\n')

    assert broadsheet(monkeypatch, "rules", "check", file, "--rule", rule) == 1
    found = capsys.readouterr().out.splitlines()
    assert "ok   title: 'Tides <rise>'" in found
    assert "not  authors: nothing stands at .by" in found
    assert "not  match: it is not for this page, https://quay.example/tides" in found
    assert broadsheet(monkeypatch, "rules", "check", rule) == 1
    assert "not  Quay: no test; add [[test]]" in capsys.readouterr().out

    rule.write_text(
        'name = "Quay"\nvalid = 2026-01-09\ndrop = ".none, h1"\n'
        '[match]\ndomains = ["quay.example"]\n[fields]\ntext = "p, h1"\n'
        "[[test]]\nhtml = '<p>The tide rises at the mole.'\nwith = 'tide'\n"
    )
    assert broadsheet(monkeypatch, "rules", "check", file, "--rule", rule) == 1
    found = capsys.readouterr().out.splitlines()
    assert "not  text: 4 boxes stand at p, h1; a container is one" in found
    assert "ok   drop: 'Tides <rise>'" in found
    assert broadsheet(monkeypatch, "rules", "check", rule) == 0
    assert "ok   Quay: 1 tests pass" in capsys.readouterr().out


def test_a_rule_is_drafted_from_files(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = file.with_name("ferries.html")
    other.write_text(HTML.replace("Tides", "Ferries").replace("Jo Low", "Al Bo"))

    assert broadsheet(monkeypatch, "rules", "learn", file, other) == 0
    drafted = capsys.readouterr().out
    assert 'domains = ["quay.example"]' in drafted and 'title = "h1.gh-article-title"' in drafted
    assert broadsheet(monkeypatch, "rules", "learn", file) != 0


def test_a_page_is_parsed_by_a_worker_and_nowhere_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    for words in (("extract",), ("rules", "check"), ("rules", "learn", file)):
        assert broadsheet(monkeypatch, *words, file) == 5
        assert "no process to parse in" in capsys.readouterr().err


def test_a_page_that_costs_more_than_the_portal_allows_is_refused_in_one_line(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (file.parent / "portal.yaml").write_text(
        "title: Quay\ntopics: {tides: {}}\nsources: {a: {feed: https://a.example/feed}}\n"
        "parsing: {cpu: 1s}\n"
    )
    said = (f"<div class=a{n}><p>Tide {n} <a href=/{n}>rises</a></p></div>" for n in range(33_000))
    file.write_text("".join(said))
    other = file.with_name("ferries.html")
    other.write_text(file.read_text().replace("Tide", "Ferry"))

    assert broadsheet(monkeypatch, "rules", "learn", file, other, "-C", file.parent) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and f"{file}: took more than parsing.cpu, 1 s" in told


def test_a_page_that_the_guard_refuses_and_a_rule_that_is_none_are_told_in_one_line(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("<div>" * 5_000)
    assert broadsheet(monkeypatch, "extract", file) == 1
    assert f"{file}: " in capsys.readouterr().err

    rule = file.with_name("quay.toml")
    rule.write_bytes(b"name = \xff")
    assert broadsheet(monkeypatch, "rules", "check", file, "--rule", rule) == 2
    assert "no rule can be read here" in capsys.readouterr().err
