"""A hub is spoken to through the same guards as everyone else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from broadsheet.config import Fetch
from broadsheet.errors import FetchError, Forbidden
from broadsheet.fetch.post import post
from hub import Hub, hub

HUB = "https://hub.example"
FORM = (("hub.mode", "publish"), ("hub.url", "https://a.example/å?b=c&d"), ("hub.url", "x"))


@pytest.fixture
def running() -> Iterator[Hub]:
    with hub() as made:
        yield made


def connected(origin: str) -> Fetch:
    return Fetch(connect={HUB: origin}, timeout=timedelta(seconds=1))


def test_the_form_arrives_as_it_was_given(running: Hub) -> None:
    post(f"{HUB}/any?x=1", FORM, connected(running.origin), "Broadsheet/1")

    assert running.forms == [{"hub.mode": ["publish"], "hub.url": [FORM[1][1], "x"]}]
    assert running.agents == ["Broadsheet/1"]


@pytest.mark.parametrize("status", [301, 307, 400, 404, 500])
def test_anything_but_a_2xx_is_an_error_that_says_why(running: Hub, status: int) -> None:
    running.status = status
    said = "'no more feeds today'" if status >= 400 else "''"

    with pytest.raises(FetchError, match=f"{status} {said}"):
        post(HUB, FORM, connected(running.origin), "Broadsheet/1")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://2130706433/",
        "http://localhost/",
        "https://user@hub.example/",
        "https://hub.example:22/",
        "ftp://hub.example/",
        "https://hub.example\\@x/",
    ],
)
def test_an_address_that_may_not_be_asked_is_not_told_either(url: str) -> None:
    with pytest.raises(Forbidden):
        post(url, FORM, Fetch(), "Broadsheet/1")


def test_a_hub_that_says_nothing_is_left_after_the_timeout() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(FetchError, match=r"longer than fetch\.timeout, 1 s"):
            post(HUB, FORM, connected(origin), "Broadsheet/1")
