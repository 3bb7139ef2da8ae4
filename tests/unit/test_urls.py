"""One address for one report."""

from __future__ import annotations

import pytest

from broadsheet import urls


@pytest.mark.parametrize(
    "url",
    [
        "http://WWW.quay.example:80/A%2fb/?b=2&a=1&",
        "https://quay.example/?",
        "https://quay.example/ä b",
        "http://[::1",
        "not an address",
        "",
    ],
)
def test_an_address_without_tracking_stands_as_it_is_written(url: str) -> None:
    assert urls.canonical(url) == url


def test_tracking_and_fragment_go() -> None:
    assert urls.canonical("https://q.example/a?utm_source=x&B=%20&fbclid=1#c") == (
        "https://q.example/a?B=%20"
    )
    assert urls.canonical("https://q.example/a?utm_source=x") == "https://q.example/a"


@pytest.mark.parametrize(
    "url",
    [
        "http://www.quay.example/a~b",
        "https://QUAY.example:443/a%7Eb/?gclid=1#top",
        "https://quay-example.cdn.ampproject.org/c/s/quay.example/a~b/",
        "https://user@quay.example/a%7eb",
    ],
)
def test_spellings_of_one_address_have_one_identity(url: str) -> None:
    assert urls.identity(url) == "quay.example/a~b"


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("www.quay.example", "www-quay-example"),
        ("a-b.example", "a--b-example"),
        ("en-us.quay.example", "0-en--us-quay-example-0"),
        ("xn--mnchen-3ya.example", "xn--mnchen-example-gsb"),
        ("localhost", "jgla3zmib2ggq5buc4hwi5taloh6jlvzukddfr4zltz3vay5s5rq"),
    ],
)
def test_the_amp_cache_has_a_label_for_each_host(host: str, label: str) -> None:
    assert urls.amp_cache_url(f"https://{host}/a?b") == (
        f"https://{label}.cdn.ampproject.org/c/s/{host}/a?b"
    )


def test_an_amp_page_without_tls_says_so_and_no_web_address_has_none() -> None:
    assert urls.amp_cache_url("http://q.example/a").endswith(".cdn.ampproject.org/c/q.example/a")
    assert urls.amp_cache_url("mailto:jo@quay.example") == ""


def test_the_registrable_domain_counts_private_suffixes() -> None:
    assert urls.domain("https://news.quay.co.uk/a") == "quay.co.uk"
    assert urls.domain("https://jo.github.io/a") == "jo.github.io"
    assert urls.domain("http://127.0.0.1:80/") == "127.0.0.1"
    assert urls.host("https://MÜNCHEN.example/") == "xn--mnchen-3ya.example"


@pytest.mark.parametrize("url", ["http://[", "http://a:b/", "http://\ud800.example/\udfff"])
def test_bad_addresses_do_no_harm(url: str) -> None:
    for function in (
        urls.canonical,
        urls.identity,
        urls.domain,
        urls.amp_cache_url,
        urls.record_id,
    ):
        assert isinstance(function(url), str)
    assert urls.absolute("https://quay.example/", url) == ""
