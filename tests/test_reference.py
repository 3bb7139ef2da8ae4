"""The reference says what the code says: drawn from it, and drawn anew where they differ.

BROADSHEET_REFERENCE=write pytest tests/test_reference.py
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from broadsheet.app.cli import app
from broadsheet.portal_schema import schema

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def portal_file() -> str:
    """docs/reference/portal.md."""
    lines = [
        "# What may stand in portal.yaml",
        "",
        "Drawn from `broadsheet.portal_schema`; `tests/test_reference.py` holds it to that. A table whose",
        "keys you choose yourself is written with `<key>`. `broadsheet init` writes a file to begin with.",
        "",
        "| key | what | value | default |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{path}` | {said['description']} | {value_of(said)} | {default_of(said)} |"
        for path, said in keys_of(schema(), "")
    ]
    return "\n".join(lines) + "\n"


def keys_of(table: dict[str, Any], above: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each key, by the path to it, with what the schema says of it; tables before what is in them."""
    for key, said in table["properties"].items():
        path = f"{above}{key}"
        yield path, said
        if "properties" in said:
            yield from keys_of(said, f"{path}.")
        elif "properties" in said.get("additionalProperties", {}):
            yield from keys_of(said["additionalProperties"], f"{path}.<key>.")


def value_of(said: dict[str, Any]) -> str:
    if "enum" in said:
        return " or ".join(f"`{value}`" for value in said["enum"])
    kind = {"object": "table", "array": "list", "string": "text", "integer": "whole number"}
    word = kind.get(said.get("type", ""), "true or false")
    word = "duration, such as 30m, 12h, 2d" if "examples" in said else word
    low, high = said.get("minimum"), said.get("maximum")
    bounds = [f"{low} or more"] if low is not None and high is None else []
    bounds += [f"{low} to {high}"] if low is not None and high is not None else []
    return ", ".join([word, *bounds])


def default_of(said: dict[str, Any]) -> str:
    if "default" not in said:
        return ""
    value = said["default"]
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value, ensure_ascii=False)}`"


def commands() -> str:
    """docs/reference/commands.md."""
    lines = [
        "# Commands",
        "",
        "Drawn from the program; `tests/test_reference.py` holds it to that. Exit status: 0 done, 1 some",
        "sources failed or a record file is broken (the rest is done), 2 a bad portal file or command line,",
        "3 nothing to do with `--strict`, 4 refused by a gate, 5 the machine (disk, lock, database).",
    ]
    for name, command in sorted(all_commands(get_command(app), "broadsheet")):
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        words = " ".join(str(p.name).strip("_").upper() for p in arguments)
        lines += ["", f"## {name} {words}".rstrip(), "", one_line(command.help)]
        options = [p for p in command.params if p.param_type_name == "option"]
        rows = [
            f"- `{', '.join([*p.opts, *p.secondary_opts])}`: {one_line(p.help)}" for p in options
        ]
        lines += ["", *rows] if rows else []
    return "\n".join(lines) + "\n"


def all_commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if subs := getattr(command, "commands", None):
        for sub, each in subs.items():
            yield from all_commands(each, f"{name} {sub}")
    else:
        yield name, command


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.mark.parametrize(("name", "drawn"), [("portal.md", portal_file), ("commands.md", commands)])
def test_the_reference_says_what_the_code_says(name: str, drawn: Any) -> None:
    path = FOLDER / name
    if os.environ.get("BROADSHEET_REFERENCE") == "write":
        path.write_text(drawn(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == drawn(), f"draw {name} anew: see this module"
