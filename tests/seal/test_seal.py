"""The sealed field: who cannot open it, and when it stays as it is."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest

from broadsheet.errors import StoreError
from broadsheet.seal import for_nobody, open_sealer, open_value, public_key
from broadsheet.seams import Sealer

SITE = "https://harbour-and-grid.example/"
DATA: dict[str, object] = {"source": {"url": "https://a.example/feed"}, "note": "Ask Ådne, twice."}
READER = pyrage.x25519.Identity.generate()
OTHER = pyrage.x25519.Identity.generate()


class Facts(dict[str, str]):
    """What a store remembers of the seal."""

    def fact(self, name: str) -> str:
        return self.get(name, "")


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def sealer(keys: Path, facts: Facts, *readers: pyrage.x25519.Identity, site: str = SITE) -> Sealer:
    recipients = tuple(str(reader.to_public()) for reader in readers or (READER,))
    return open_sealer(recipients, site, keys, facts.fact, facts.__setitem__)


@pytest.fixture
def seal(keys: Path, facts: Facts) -> Sealer:
    return sealer(keys, facts)


@pytest.fixture
def opened(keys: Path) -> Callable[..., dict[str, Any]]:
    def open_it(value: str, record: str = "dam", site: str = SITE) -> dict[str, Any]:
        return open_value(value, str(READER), public_key(keys), site=site, record_id=record)

    return open_it


Opened = Callable[..., dict[str, Any]]


def test_a_reader_opens_what_was_sealed(seal: Sealer, opened: Opened) -> None:
    value = seal("dam", DATA, "")

    assert value.startswith("age1:")
    assert opened(value) == DATA


def test_the_age_format_alone_opens_it(seal: Sealer) -> None:
    plain = pyrage.decrypt(base64.b64decode(seal("dam", DATA, "")[5:]), [READER])

    assert plain.startswith(b'{"data":{"note":"Ask \\u00c5dne')
    assert len(plain.split(b"\n")[0]) == 256


def test_every_reader_opens_it_and_nobody_else(keys: Path, facts: Facts) -> None:
    value = sealer(keys, facts, READER, OTHER)("dam", DATA, "")
    stranger = pyrage.x25519.Identity.generate()

    for reader in (READER, OTHER):
        told = open_value(value, str(reader), public_key(keys), site=SITE, record_id="dam")
        assert told == DATA
    with pytest.raises(StoreError):
        open_value(value, str(stranger), public_key(keys), site=SITE, record_id="dam")


def test_every_cut_is_refused(seal: Sealer, opened: Opened) -> None:
    value = seal("dam", DATA, "")

    for end in range(len(value)):
        with pytest.raises(StoreError):
            opened(value[:end])


def test_every_altered_character_is_refused(seal: Sealer, opened: Opened) -> None:
    value = seal("dam", DATA, "")

    for n, character in enumerate(value):
        for other in {"A", "B", "/", "=", "\n", chr(ord(character) ^ 1)} - {character}:
            with pytest.raises(StoreError):
                opened(value[:n] + other + value[n + 1 :])


def test_more_at_the_end_is_refused(seal: Sealer, opened: Opened) -> None:
    value = seal("dam", DATA, "")

    for more in ("A", "=", "AAAA", "\n", " ", value, value[5:]):
        with pytest.raises(StoreError):
            opened(value + more)


def test_two_values_spliced_are_refused(seal: Sealer, opened: Opened) -> None:
    one, two = seal("dam", DATA, ""), seal("dam", DATA | {"note": "Ask Bo."}, "")

    for at in range(6, len(one), 7):
        spliced = one[:at] + two[at:]
        if spliced not in (one, two):  # the first bytes of every age file are the same
            with pytest.raises(StoreError):
                opened(spliced)


def test_a_value_moved_to_another_record_or_site_is_refused(seal: Sealer, opened: Opened) -> None:
    value = seal("dam", DATA, "")

    with pytest.raises(StoreError):
        opened(value, record="mill")
    with pytest.raises(StoreError):
        opened(value, site="https://elsewhere.example/")


def test_a_value_of_a_stranger_is_refused(tmp_path: Path, seal: Sealer, opened: Opened) -> None:
    seal("dam", DATA, "")
    strange = sealer(tmp_path / "strange", Facts())("dam", DATA, "")

    with pytest.raises(StoreError):
        opened(strange)


def test_all_refusals_read_the_same(seal: Sealer, keys: Path) -> None:
    value = seal("dam", DATA, "")
    verify = public_key(keys)
    tries = [
        ("", str(READER), verify),
        ("bm8=;bm8=", str(READER), verify),
        ("age1:", str(READER), verify),
        ("age1:é", str(READER), verify),
        (value, str(OTHER), verify),
        (value, "AGE-SECRET-KEY-1", verify),
        (value, str(READER), "AAAA"),
        (value[:-8], str(READER), verify),
    ]

    for given, identity, key in tries:
        with pytest.raises(StoreError) as refused:
            open_value(given, identity, key, site=SITE, record_id="dam")
        assert str(refused.value) == "dam: the sealed value cannot be opened"
        assert refused.value.__cause__ is None


def test_the_same_data_keeps_its_value(seal: Sealer) -> None:
    value = seal("dam", DATA, "")

    assert seal("dam", dict(reversed(DATA.items())), value) == value


def test_other_data_is_sealed_anew(seal: Sealer, opened: Opened) -> None:
    value = seal("dam", DATA, "")
    changed = seal("dam", {"note": "Ask Bo."}, value)

    assert opened(changed) == {"note": "Ask Bo."}


def test_other_readers_are_sealed_for_anew(keys: Path, facts: Facts) -> None:
    value = sealer(keys, facts, READER)("dam", DATA, "")
    both = sealer(keys, facts, READER, OTHER)("dam", DATA, value)

    assert both != value
    assert sealer(keys, facts, OTHER, READER)("dam", DATA, both) == both


def test_a_lost_memory_changes_nothing_and_begins_anew(seal: Sealer, facts: Facts) -> None:
    value = seal("dam", DATA, "")
    facts.clear()

    assert seal("dam", DATA, value) == value
    assert seal("dam", {"note": "Ask Bo."}, value) != value


def test_a_value_that_never_reached_its_record_is_made_again(seal: Sealer) -> None:
    assert seal("dam", DATA, "")
    assert seal("dam", DATA, "")


def test_what_is_remembered_tells_nothing_without_the_key(tmp_path: Path) -> None:
    here, there = Facts(), Facts()
    sealer(tmp_path / "here", here)("dam", DATA, "")
    sealer(tmp_path / "there", there)("dam", DATA, "")

    assert here.keys() == there.keys() == {"seal:dam"}
    assert here != there


def test_without_data_there_is_nothing_to_seal(seal: Sealer, keys: Path) -> None:
    assert seal("dam", {}, "") == ""
    assert seal("dam", {}, "bm8=;bm8=") == "bm8=;bm8="
    assert not keys.exists()


def test_without_readers_nothing_is_sealed_and_no_key_is_made(keys: Path, facts: Facts) -> None:
    seal = open_sealer((), SITE, keys, facts.fact, facts.__setitem__)

    assert seal is for_nobody
    assert seal("dam", DATA, "") == ""
    assert seal("dam", DATA, "age1:x") == "age1:x"
    assert not keys.exists()


def test_a_bad_recipient_is_named(keys: Path, facts: Facts) -> None:
    with pytest.raises(StoreError, match="'age1nobody' is no age recipient"):
        open_sealer(("age1nobody",), SITE, keys, facts.fact, facts.__setitem__)


@pytest.mark.parametrize("length", [1, 100, 240, 5000, 70_001])
def test_the_length_says_little(seal: Sealer, length: int) -> None:
    plain = pyrage.decrypt(base64.b64decode(seal("dam", {"note": "x" * length}, "")[5:]), [READER])
    line = len(plain.split(b"\n")[0])

    assert line >= 256
    assert line % 8 == 0
    assert length < line <= max(256, (length + 150) * 1.12)


def test_the_key_is_its_owners_alone(seal: Sealer, keys: Path) -> None:
    seal("dam", DATA, "")

    assert keys.stat().st_mode & 0o777 == 0o700
    assert [(path.name, path.stat().st_mode & 0o777) for path in keys.iterdir()] == [
        ("signing.key", 0o600)
    ]


@pytest.mark.parametrize(("name", "mode"), [("signing.key", 0o640), ("signing.key", 0o602)])
def test_a_key_open_to_others_is_refused(seal: Sealer, keys: Path, name: str, mode: int) -> None:
    public_key(keys)
    (keys / name).chmod(mode)

    with pytest.raises(StoreError, match=r"others can read it; `chmod 600 .*signing\.key`"):
        seal("dam", DATA, "")


def test_a_key_folder_open_to_others_is_refused(seal: Sealer, keys: Path) -> None:
    keys.mkdir(0o755)

    with pytest.raises(StoreError, match="others can read it; `chmod 700"):
        seal("dam", DATA, "")


def test_a_link_or_nonsense_in_the_place_of_the_key_is_refused(
    tmp_path: Path, seal: Sealer, keys: Path
) -> None:
    public_key(keys)
    (keys / "signing.key").rename(keys / "elsewhere")
    (keys / "signing.key").symlink_to("elsewhere")
    with pytest.raises(StoreError, match=r"signing\.key"):
        seal("dam", DATA, "")

    (keys / "signing.key").unlink()
    (keys / "signing.key").write_text("no key")
    (keys / "signing.key").chmod(0o600)
    with pytest.raises(StoreError, match="not a private key in PEM"):
        seal("dam", DATA, "")
