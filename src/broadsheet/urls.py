"""One address for one report: how do we write it, compare it and name it?

Three strengths, each with its own use. `canonical` is what we ask for and print: the publisher's
own spelling, without what only tells where a reader came from. `identity` is what two addresses
of one report surely share (RFC 3986, section 6; the WHATWG parser). `could_be_one` also folds
what publishers do by habit, mobile and AMP forms, and so needs the page or the text to agree.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import idna
from ada_url import URL
from publicsuffixlist import PublicSuffixList

AMP_CACHE = "cdn.ampproject.org"

_CACHES = (AMP_CACHE, "bing-amp.com")
_IN_CACHE = re.compile(r"/(?:[civr]|wp)/(s/)?([^/]+\.[^/]+.*)")
_IN_VIEWER = re.compile(r"/amp/(s/)?([^/]+\.[^/]+.*)")
_GOOGLE = re.compile(r"(?:www\.)?google\.(?:com?\.)?[a-z]{2,3}")
_MAY_CARRY = re.compile(r"https?(?::|%3a)|/amp/|ampproject|bing-amp", re.IGNORECASE)
_HOPS = 5  # addresses inside of addresses; who packs more is not followed

# Names that were made up to follow readers. They mean nothing else, whatever their value is.
_TRACKING_STARTS = tuple(
    str.split(
        "utm_ mtm_ piwik_ matomo_ hsa_ vero_ bsft_ __twitter fb_action_ guce_ gad_ elqtrack pf_rd_ "
        "at_medium at_campaign at_custom at_bbc_ at_link_ at_ptr_ at_format"
    )
)
_TRACKING = frozenset(
    str.split(
        "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh srsltid "
        "_ga _gl epik li_fat_id rdt_cid irclickid ysclid s_kwcid s_cid ef_id mc_cid mc_eid mc_tc "
        "pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid itm_source itm_medium "
        "itm_campaign itm_content oly_enc_id oly_anon_id wt_mc wt_zmc wt.mc_id wt.mc_ev "
        "cmpid xtor refsec ito ns_mchannel ns_campaign ns_source ns_linkname ns_fee "
        "_hsenc _hsmi __hstc __hssc __hsfp mkt_tok ocid ftag sr_share taid guccounter ref_src "
        "ref_url icid traffic_source soc_src soc_trk tsrc _branch_match_id dm_i ck_subscriber_id "
        "_openstat wickedid trkcampaign fb_source fb_ref ml_subscriber ml_subscriber_hash "
        "emc smtyp intcid intcmp int_source int_medium int_campaign hss_channel s_campaign cndid "
        "ftcamp wprov tt_medium tt_content sfmc_id reflink ref_ trk trkinfo _trkparms _trksid zanpid "
        "n_cid itid bxid referringsource rssfeed "
        "replytocom showcomment"  # a place on the page, as a fragment is
    )
)
# Names that others use for content. They follow readers where their value names a channel.
_REFERRAL = frozenset(
    str.split("ref share shared mod partner cmp smid ncid sref srcref maca feature")
)
_FACET = frozenset(str.split("source src from via cid medium channel campaign origin referrer"))
_FEEDS = frozenset(str.split("rss rss2 rssfeed feed feeds atom feedburner newsletter"))
_CHANNELS = _FEEDS | frozenset(
    str.split(
        "twitter tw twt tweet facebook fb instagram ig linkedin pinterest reddit whatsapp telegram "
        "bluesky bsky mastodon threads tumblr xing flipboard pocket newsletters nl email mail em share sharing shared "
        "social soc push googlenews gnews applenews smartnews feedly syndication"
    )
)
_REPORT_PATH = re.compile(r"\d{4}|[^/-]-[^/-]+-[^/-]")

# Words of addresses that only lead away, and of the parameters in which they say where to.
_LEAVING = frozenset(
    str.split(
        "url l lm link links out go goto redirect redir redirector r away exit click clicks "
        "clk apiclick jump leave leaving linkfilter deeplink safelinks track trk"
    )
)
_SHARING = frozenset(str.split("share sharer create intent submit"))
"""Words of addresses at which a reader writes about the target: pages of their own."""
_TARGET = frozenset(
    str.split(
        "url u q to target dest destination redirect redirect_url redirect_uri redirecturl r goto "
        "link href z murl uddg out"
    )
)
_PORTS = {"http": 80, "https": 443}
_FORM_HOSTS = frozenset(str.split("m mobile amp touch"))
_FORM_FILE = re.compile(r"(?<=/)(?:index|default)\.(?:html?|php|aspx?)$|\.amp(?=$|\.html?$)")
_FORM_QUERY = re.compile(
    r"(?:hs)?_?amp(?:=(?:1|true)?)?|(?:outputtype|output|template)=amp(?:art)?|ia_markup=1"
    r"|m=1|mobile=1"
)
_PAGE = re.compile(r"(?:[?&](?:page|p|pg|seite|pagina)=|/(?:page|seite|pagina|p)[/-]?)(\d{1,3})/?$")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}|[^\w!$&'()*+,;=:@/?.~-]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IMAGES = re.compile(r"\.(?:avif|bmp|gif|ico|jpe?g|png|svg|webp)$")
_FONTS = re.compile(r"\.(?:eot|otf|ttf|woff2?)$")
_LEFT = re.compile(
    "[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u0300-\u0590\u0800-\u1fff\u200e"
    "\u2c00-\ufb1c\ufe00-\ufe6f\ufefd-\uffff]"
)
_RIGHT = re.compile("[\u0591-\u06ef\u06fa-\u07ff\u200f\ufb1d-\ufdff\ufe70-\ufefc]")


def canonical(url: str) -> str:
    """As the publisher writes it, without fragment and tracking; the rest stands untouched.

    An address that only carries another, a redirector's or the AMP cache's, is that other. A
    fragment that is a route of a page made by scripts (`#!/news/1`, `#/news/1`) is part of it.
    """
    address = url.strip()
    if _MAY_CARRY.search(address, 1):
        address = _unpacked(address)
    address, mark, fragment = address.partition("#")
    route = f"#{fragment}" if mark and fragment.startswith(("!", "/")) else ""
    path, mark, query = address.partition("?")
    pieces = query.replace("&amp;", "&").split("&")  # feeds escape twice now and then
    folders = path.partition("://")[2].partition("/")[2]
    kept = [piece for piece in pieces if not _is_tracking(piece, folders)]
    if len(kept) < len(pieces):
        mark, query = ("?", "&".join(kept)) if any(kept) else ("", "")
    return f"{path}{mark}{query}{route}".rstrip()


def identity(url: str) -> str:
    """What two addresses of one report have in common. For comparison only: never to be asked.

    Folds scheme, user, `www.`, default port, final slash, tracking, fragment, redirectors, the
    AMP cache, the order of named parameters, and the ways to write one character. What is no web
    address is its own identity.
    """
    parts = _parts(_unpacked(url) if _MAY_CARRY.search(url, 1) else url)
    if parts is None:
        return canonical(url)
    return parts.name + parts.path.rstrip("/") + _joined(parts.query) + parts.route


def could_be_one(a: str, b: str) -> bool:
    """Are these forms that publishers give one report: mobile, AMP, `index.html`?

    Only a guess: `/amp/guitar-amp` may be a page about an amplifier. Who joins two addresses by
    it lets the page's own links, or the text, agree first.
    """
    return _plain_form(a) == _plain_form(b) != ""


def claimed(here: str, links: Iterable[str], confirming: str = "", status: int = 200) -> str:
    """The one address that a page found `here` claims for its report; `here` if none is believed.

    `links` are its canonical links, of head and Link header alone, absolute; `confirming` is its
    og:url. Ignored: several that differ, one to another site, to the home page, to page 1 of
    which this is a later page, and whatever an answer says that is not 200 (Google Search
    Central, "5 common mistakes with rel=canonical"). og:url alone is believed only where it is
    another form of the same address.
    """
    here = canonical(here)
    if status != 200:
        return here
    found = {identity(link): link for link in links if link}
    if not found and confirming and could_be_one(here, confirming):
        found = {"": confirming}
    if len(found) != 1:
        return here
    link = canonical(found.popitem()[1])
    if not same_site(link, here) or _is_home(link, here) or _is_later_page(here, link):
        return here
    return link


def amp_cache_url(url: str) -> str:
    """Its address in the AMP cache (AMP Cache URL format); "" for what is no web address."""
    name = host(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if not name or parts.scheme not in _PORTS:
        return ""
    kind = "i" if _IMAGES.search(parts.path) else "r" if _FONTS.search(parts.path) else "c"
    secure = "s/" if parts.scheme == "https" else ""
    rest = url.strip().partition("://")[2].removeprefix(parts.netloc)
    return f"https://{_cache_label(name)}.{AMP_CACHE}/{kind}/{secure}{name}{rest}"


def domain(url: str) -> str:
    """The registrable domain of an address; "" when it has no host.

    An IP address, and a host that is a suffix itself, stands for itself.
    """
    name = host(url)
    return registrable_domain(name) or name


@lru_cache(4096)
def registrable_domain(name: str) -> str | None:
    """The part of a host that somebody registered, private suffixes such as github.io included.

    None for an IP address, a suffix itself, and what is no host (publicsuffix.org/list).
    """
    if not name or ":" in name or name.replace(".", "").isdigit():
        return None
    found = _suffixes().privatesuffix(name.lower())
    return str(found) if found else None


def same_site(a: str, b: str) -> bool:
    """Do both addresses have the same registrable domain?"""
    return domain(a) == domain(b) != ""


def host(url: str) -> str:
    """The host in lower case and A-labels; "" when there is none. We ask one host politely."""
    try:
        name = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return _ascii(name.rstrip("."))


def path(url: str) -> str:
    """The path without its outer slashes; "" for none."""
    try:
        return urlsplit(url).path.strip("/")
    except ValueError:
        return ""


def fits(glob: str, path: str) -> bool:
    """Does the path begin as the glob says? `*` is anything, a final `$` the end: as in robots.txt
    (RFC 9309, 2.2.3). Without going back: each piece at its first place, the last of `$` at the end.
    """
    ends = glob.endswith("$")
    first, *others = (glob[:-1] if ends else glob).split("*")
    if not path.startswith(first):
        return False
    if not others:
        return not ends or len(path) == len(first)
    at = len(first)
    last = others.pop() if ends else ""
    for piece in others:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not ends or (path.endswith(last) and len(path) - len(last) >= at)


def absolute(base: str, link: str) -> str:
    """The web address that a link means where it stands; "" when it means none."""
    try:
        url = urljoin(base, "".join(link.split()) if "\n" in link else link.strip())
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        return ""
    if not usable or len(url) > 2_000 or re.search(r"[\x00-\x1f\x7f\ud800-\udfff\\]", url):
        return ""
    return url.replace(" ", "%20")


@lru_cache(maxsize=65_536)  # a run asks some five times for each of its records
def record_id(url: str) -> str:
    """12 characters of lower-case base32 of SHA-256 (PORTAL.md, Names); the first 6 are short."""
    data = url.encode(errors="surrogatepass")
    return base64.b32encode(hashlib.sha256(data).digest())[:12].decode().lower()


class _Parts(NamedTuple):
    """A web address taken apart, each part in its one spelling."""

    name: str
    """Host, and the port where it is no usual one."""
    path: str
    query: tuple[str, ...]
    """Parameters in order, tracking left out, those with names sorted by them."""
    route: str


def _parts(url: str) -> _Parts | None:
    try:
        href = URL(url.strip()).href
    except ValueError:
        return None
    scheme, _, rest = href.partition("://")
    if scheme not in _PORTS:
        return None
    rest, mark, fragment = rest.partition("#")
    route = f"#{fragment}" if mark and fragment.startswith(("!", "/")) else ""
    rest, _, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    path = "/" + _one_spelling(path)
    name = _name(authority)
    if not name:
        return None
    return _Parts(name, path, _parameters(query, path), route)


def _name(authority: str) -> str:
    """The host as all its visitors mean it. A parser in front has made it lower case and ASCII."""
    name = authority.rpartition("@")[2]
    if name.endswith((":80", ":443")):
        name = name.rpartition(":")[0]
    name = name.replace(".:", ":").rstrip(".")
    while name.startswith("www.") and name.count(".") > 1:
        name = name[4:]
    return name


def _parameters(query: str, path: str) -> tuple[str, ...]:
    if not query:
        return ()
    spelled = _one_spelling(query.replace("&amp;", "&")).replace("+", "%20")
    pieces = [p for p in spelled.split("&") if p and not _is_tracking(p, path)]
    if len(pieces) > 1 and all("=" in piece for piece in pieces):
        # By name alone: the order of two values of one name may mean something.
        pieces.sort(key=lambda piece: piece.partition("=")[0])
    return tuple(pieces)


def _joined(pieces: Iterable[str]) -> str:
    query = "&".join(pieces)
    return f"?{query}" if query else ""


def _is_tracking(piece: str, path: str) -> bool:
    name, _, value = piece.partition("=")
    name = (unquote(name) if "%" in name else name).lower()
    if name in _TRACKING or name.startswith(_TRACKING_STARTS):
        return True
    if name in _REFERRAL or name in _FACET:
        channels = _CHANNELS if name in _REFERRAL else _FEEDS
        names_report = _REPORT_PATH.search(path)  # else the page may live by its parameters
        return bool(names_report and channels.intersection(re.split(r"[\W_]+", value.lower())))
    # Twitter for Android adds s=09, and shops of Alibaba a place on their pages, as spm=a.b.c.d.
    return piece == "s=09" or (name == "spm" and value.count(".") > 1)


def _unpacked(url: str) -> str:
    """The address that this one carries, through several layers if need be; else itself."""
    for _ in range(_HOPS):
        inside = _carried(url)
        if not inside:
            return url
        url = inside
    return url


def _carried(url: str) -> str:
    """The address that a cache or a redirector serves or leads to; "" where it is neither."""
    parts = _parts(url)
    if parts is None:
        return ""
    found = None
    if any(parts.name == name or parts.name.endswith(f".{name}") for name in _CACHES):
        found = _IN_CACHE.fullmatch(parts.path)
    elif _GOOGLE.fullmatch(parts.name):
        found = _IN_VIEWER.fullmatch(parts.path)
    if found:
        _, mark, query = url.partition("?")
        return f"http{'s' if found[1] else ''}://{found[2]}{mark}{query}"
    return _target(parts) if _leads_away(parts) else ""


def _leads_away(parts: _Parts) -> bool:
    words = parts.path.lower().rstrip("/").split("/")
    if not _SHARING.isdisjoint(words):
        return False
    below = parts.name.removesuffix(registrable_domain(parts.name) or parts.name)
    return words[-1].partition(".")[0] in _LEAVING or not _LEAVING.isdisjoint(below.split("."))


def _target(parts: _Parts) -> str:
    """The one web address in its parameters that says where it leads; "" for none or several."""
    found = set()
    for piece in parts.query:
        name, _, value = piece.partition("=")
        value = unquote(value)
        if name.lower() in _TARGET and re.match(r"https?://[^/]", value, re.IGNORECASE):
            found.add(value)
    return found.pop() if len(found) == 1 else ""


def _plain_form(url: str) -> str:
    """The identity without what marks a mobile or AMP form."""
    parts = _parts(_unpacked(url) if _MAY_CARRY.search(url, 1) else url)
    if parts is None:
        return ""
    owner = registrable_domain(parts.name) or parts.name
    below = parts.name.removesuffix(owner).split(".")
    name = ".".join(label for label in below if label not in _FORM_HOSTS) + owner
    path = _FORM_FILE.sub("", parts.path)
    path = "/".join(word for word in path.split("/") if word != "amp").rstrip("/")
    query = (piece for piece in parts.query if not _FORM_QUERY.fullmatch(piece.lower()))
    return name + path + _joined(query) + parts.route


def _is_home(link: str, here: str) -> bool:
    """The front page, claimed by another: below it, `/?p=17`, or a route on it."""
    home, page = (re.fullmatch(r"[^/?#]+", identity(url)) for url in (link, here))
    return bool(home and not page)


def _is_later_page(here: str, link: str) -> bool:
    """Is `here` page 2 or later of what begins at `link`?"""
    here, link = identity(here), identity(link)
    page = _PAGE.search(here)
    if page is None or int(page[1]) < 2:
        return False
    first = here[: page.start()]
    begins = _PAGE.search(link)
    return link == first or bool(begins and begins[1] == "1" and link[: begins.start()] == first)


def _one_spelling(text: str) -> str:
    """Unreserved characters plain, all others that need it as upper-case %XX (RFC 3986, 6.2.2)."""
    return _PERCENT.sub(lambda found: _spelled(found[0]), text)


@cache
def _spelled(written: str) -> str:
    if len(written) == 1:
        return "".join(f"%{byte:02X}" for byte in written.encode(errors="surrogatepass"))
    character = chr(int(written[1:], 16))
    return character if character in _UNRESERVED else written.upper()


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=False)


def _ascii(name: str) -> str:
    if name.isascii() or len(name) > 253:
        return name.lower()
    try:
        return idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return name.lower()


def _cache_label(name: str) -> str:
    labels = [_unicode(label) for label in name.split(".")]
    readable = ".".join(labels)
    mixed = _LEFT.search(readable) and _RIGHT.search(readable)
    if "." not in name or len(name) > 63 or _is_dashed(name) or mixed:
        return _digest(name)
    plain = readable.replace("-", "--").replace(".", "-")
    label = plain if plain.isascii() else "xn--" + plain.encode("punycode").decode()
    if len(label) > 63:
        return _digest(name)
    return f"0-{label}-0" if _is_dashed(label) else label


def _unicode(label: str) -> str:
    if not label.startswith("xn--") or len(label) > 63:
        return label
    try:
        return label[4:].encode().decode("punycode")
    except UnicodeError:
        return label


def _is_dashed(name: str) -> bool:
    """Dashes in the third and fourth place are left to encoded labels."""
    return name[2:4] == "--" and not name.startswith("xn")


def _digest(name: str) -> str:
    return base64.b32encode(hashlib.sha256(name.encode()).digest()).decode().lower().rstrip("=")
