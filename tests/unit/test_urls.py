"""One address for one report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

import pytest
from ada_url import check_url

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


SPELLINGS = {
    "quay.example/a~b": [
        "http://www.quay.example/a~b",
        " https://QUAY.example:443/a%7Eb/?gclid=1#top\n",
        "https://quay-example.cdn.ampproject.org/c/s/quay.example/a~b/",
        "https://quay-example.bing-amp.com/c/quay.example/a~b",
        "https://www.google.no/amp/s/quay.example/a~b?utm_source=x",
        "https://user@quay.example./a%7eb",
        "https://quay.example/b/../a~b?&",
        "https://quay.example/./a~b#:~:text=boats",
    ],
    "quay.example": ["https://quay.example", "http://quay.example:80/?", "https://quay.example/#"],
    "xn--mnchen-3ya.example/%C3%A4": [
        "https://MÜNCHEN.example/ä",
        "https://xn--mnchen-3ya.example/%c3%a4",
    ],
    "quay.example/list?a=1&b=x%20y": [
        "https://quay.example/list?b=x+y&a=1",
        "https://quay.example/list?b=x%20y&a=1&fbclid=2",
        "https://quay.example/list?a=1&amp;b=x+y",
    ],
    "quay.example/2024/tide-turns-early": [
        "https://quay.example/2024/tide-turns-early?ref=rss",
        "https://quay.example/2024/tide-turns-early?CMP=share_btn_fb&s=09",
        "https://quay.example/2024/tide-turns-early?spm=a.b.1.2&source=newsletter",
        "https://quay.example/2024/tide-turns-early?%75tm_medium=feed",
        "https://quay.example/2024/tide-turns-early?replytocom=12#respond",
        "https://www.google.com/url?sa=t&url=https://quay.example/2024/tide-turns-early&ct=ga",
        "https://out.reader.example/t1?url=https%3A%2F%2Fquay.example%2F2024%2Ftide-turns-early",
        "https://mail.example/l/?uddg=https%3A%2F%2Fquay.example%2F2024%2Ftide-turns-early",
        "https://go.a.example/?u=https%3A%2F%2Fb.example%2Flink%3Furl%3Dhttps%253A%252F%252F"
        + "quay.example%252F2024%252Ftide-turns-early",
    ],
}


@pytest.mark.parametrize(
    ("identity", "url"), [(one, url) for one, several in SPELLINGS.items() for url in several]
)
def test_spellings_of_one_address_have_one_identity(identity: str, url: str) -> None:
    assert urls.identity(url) == identity


APART = [
    "https://quay.example/",
    "https://quay.example/Tide",
    "https://quay.example/tide",
    "https://quay.example/tide//a",
    "https://quay.example/tide/a",
    "https://quay.example/tide%2Fa",
    "https://quay.example/tide?",
    "https://quay.example/tide?id=1",
    "https://quay.example/tide?id=1&id=2",
    "https://quay.example/tide?id=2&id=1",
    "https://quay.example/tide?a&b",
    "https://quay.example/tide?b&a",
    "https://quay.example/tide?q=1%2B1",
    "https://quay.example/tide?q=1+1",
    "https://quay.example/#!/tide",
    "https://quay.example/#/tide",
    "https://quay.example/#/ebb",
    "https://quay.example:8080/tide",
    "https://m.quay.example/tide",
    "https://amp.quay.example/tide",
    "https://www2.quay.example/tide",
    "https://quay.example/amp/tide",
    "https://quay.example/tide/amp",
    "https://quay.example/tide/index.html",
    "https://quay.example/tree?ref=main",
    "https://quay.example/2024/notes-of-release?ref=main",
    "https://quay.example/jobs?source=linkedin",
    "https://quay.example/jobs?source=newsletter",
    "https://quay.example/2024/how-reach-grew?source=facebook",
    "https://quay.example/2024/how-reach-grew?source=twitter",
    "https://quay.example/shop?spm=1&sku=1",
    "https://quay.example/shop?spm=1&sku=2",
    "https://quay.example/list?s=20",
    "https://quay.example/list?s=21",
    "https://quay.example/record?pk_id=1",
    "https://quay.example/record?mc_id=1",
    "https://share.example/sharer.php?u=https://quay.example/tide",
    "https://share.example/share/url?url=https://quay.example/tide",
    "https://share.example/pin/create/link?url=https://quay.example/tide",
    "https://check.example/validate?url=https://quay.example/tide",
    "https://go.example/report?picture=https://quay.example/a.jpg",
    "https://quay.example/out?url=https://a.example/&link=https://b.example/",
    "https://google.quay.example/amp/s/quay.example/tide/ebb",
    "mailto:desk@quay.example",
]


def test_different_reports_keep_different_identities() -> None:
    folded = {"https://quay.example/tide?": "https://quay.example/tide"}
    found = {url: urls.identity(url) for url in APART if url not in folded}
    same = [(a, b) for a, b in combinations(found, 2) if found[a] == found[b]]

    assert same == []
    for url, other in folded.items():
        assert urls.identity(url) == urls.identity(other)


def test_redirectors_in_a_circle_of_layers_end() -> None:
    url = "https://quay.example/tide"
    for _ in range(50):
        url = f"https://go.site.example/?u={url}"

    assert urls.identity(url).startswith("go.site.example?u=")


def test_an_address_that_carries_another_is_asked_for_where_that_one_is() -> None:
    inside = "https://quay.example/a?b=1"
    assert urls.canonical(
        "https://l.site.example/l.php?u=https%3A%2F%2Fquay.example%2Fa%3Fb%3D1"
    ) == (inside)
    assert urls.canonical(f"https://quay-example.cdn.ampproject.org/v/s/{inside[8:]}") == inside


def test_a_route_of_a_page_made_by_scripts_is_part_of_its_address() -> None:
    assert urls.canonical("https://q.example/?fbclid=1#!/news/1") == "https://q.example/#!/news/1"
    assert urls.canonical("https://q.example/a#/news/1") == "https://q.example/a#/news/1"


def junk(count: int) -> Iterator[str]:
    """Addresses of shuffled pieces of addresses, and of any characters."""
    chance = Random(9)
    pieces = [
        "http://",
        "https://",
        "//",
        "www.",
        "m.",
        "go.",
        "quay.example",
        ".co.uk",
        "xn--",
        "[::1]",
        ":80",
        ":99999",
        "user:pw@",
        "/",
        "/amp/s/",
        "/../",
        "/%2e%2E/",
        "%",
        "%41",
        "%c3%28",
        "%00",
        "é",
        "\u202e",
        "\ud800",
        "a\x00b",
        "\\",
        "?",
        "&",
        "&amp;",
        "=",
        "url=",
        "u=https%3A%2F%2Fquay.example",
        "ref=rss",
        "utm_x=1",
        "utm%5Fx=1",
        "a=2",
        "+",
        ";",
        "#",
        "#!/a",
        "/tide-turns-early",
        "/index.html",
        "cdn.ampproject.org/c/s/",
        "a\tb c",
    ]
    for _ in range(count):
        url = "".join(chance.choices(pieces, k=chance.randint(1, 12)))
        yield url if chance.random() < 0.3 else f"https://quay.example/{url}"
        yield "".join(chr(chance.randint(0, 0x2FFF)) for _ in range(chance.randint(0, 20)))


def test_no_junk_raises_and_what_was_folded_once_is_folded() -> None:
    for url in junk(3_000):
        assert isinstance(urls.amp_cache_url(url) + urls.domain(url), str)
        assert isinstance(urls.could_be_one(url, url), bool)
        assert isinstance(urls.claimed(url, [url], url), str)
        once = urls.canonical(url)
        assert urls.canonical(once) == once
        if "\ud800" in url or not check_url(url) or not url.startswith("http"):
            continue  # no web address: what it says stands
        one = urls.identity(url)
        assert urls.identity(once) == one, url
        assert urls.identity(f"https://{one}") == one, url


@pytest.mark.parametrize(
    "url",
    [
        "https://m.quay.example/tide",
        "https://amp.quay.example/tide/",
        "https://quay.example/tide/amp",
        "https://quay.example/amp/tide",
        "https://quay.example/tide/index.html",
        "https://quay.example/tide?amp=1&utm_source=x",
        "https://quay.example/tide.amp",
        "https://quay.example/tide?hs_amp=true",
        "https://quay.example/tide/?_amp=true",
        "https://quay-example.cdn.ampproject.org/c/s/quay.example/tide?outputType=amp",
    ],
)
def test_a_form_of_an_address_is_joined_when_the_page_agrees_and_only_then(url: str) -> None:
    plain = "https://quay.example/tide"
    assert urls.could_be_one(url, plain)
    assert not urls.could_be_one(url, "https://quay.example/ebb")

    assert urls.identity(url) != urls.identity(plain)
    assert urls.claimed(url, [plain]) == plain
    assert urls.claimed(url, [], plain) == plain
    assert urls.claimed(url, []) == urls.canonical(url)


HERE = "https://quay.example/news/tide"


@pytest.mark.parametrize(
    ("here", "links", "confirming", "status"),
    [
        (HERE, ["https://quay.example/a", "https://quay.example/b"], "", 200),
        (HERE, ["https://other.example/a"], "", 200),
        (HERE, ["https://quay.example/?utm_source=x"], "", 200),
        ("https://quay.example/?p=17", ["https://quay.example/"], "", 200),
        ("https://quay.example/#!/news/17", ["http://www.quay.example"], "", 200),
        (HERE, ["https://quay.example/a"], "", 404),
        (f"{HERE}?page=2", [HERE], "", 200),
        (f"{HERE}/page/3", [f"{HERE}/page/1"], "", 200),
        (HERE, [], "https://quay.example/a", 200),
        (HERE, ["", "not an address"], "", 200),
    ],
)
def test_a_claim_that_cannot_be_believed_is_ignored(
    here: str, links: list[str], confirming: str, status: int
) -> None:
    assert urls.claimed(here, links, confirming, status) == here


def test_a_claim_told_twice_is_one_claim_and_a_number_may_be_an_id() -> None:
    told = ["https://quay.example/a?utm_source=x", "http://www.quay.example/a/"]
    assert urls.identity(urls.claimed(HERE, told)) == "quay.example/a"
    assert urls.claimed("https://quay.example/?p=17", ["https://quay.example/tide"]) == (
        "https://quay.example/tide"
    )


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


def test_pictures_and_fonts_stand_elsewhere_in_the_amp_cache() -> None:
    assert "/i/s/q.example/a.jpg" in urls.amp_cache_url("https://q.example/a.jpg")
    assert "/r/s/q.example/a.woff2" in urls.amp_cache_url("https://q.example/a.woff2?v=1")


def test_the_registrable_domain_counts_private_suffixes() -> None:
    assert urls.domain("https://news.quay.co.uk/a") == "quay.co.uk"
    assert urls.domain("https://jo.github.io/a") == "jo.github.io"
    assert urls.domain("http://127.0.0.1:80/") == "127.0.0.1"
    assert urls.host("https://MÜNCHEN.example/") == "xn--mnchen-3ya.example"


@pytest.mark.parametrize("name", ["", "COM", "co.uk", ".quay.example", "127.0.0.1", "::1"])
def test_a_suffix_an_ip_address_and_no_host_have_no_registrable_domain(name: str) -> None:
    assert urls.registrable_domain(name) is None


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
