"""Is this page a report at all; if not, what is it? Careful: a report refused is a report lost.

Walls, error pages and lists answer with status 200 like any report. Each says little text of its
own, and what it says is about access, cookies, an error, or other pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadsheet.intake import tree
from broadsheet.intake.evidence import Evidence
from broadsheet.intake.tree import HEADINGS, Layout
from broadsheet.text import clean_text

SHORT = 1_500  # characters of text that a wall or an error page may have, wide ones twice
STUB = 700  # characters shown of a report that is not free
LEAD, LEADS = 150, 4  # so many paragraphs of so many characters no list of links has
TEASERS = 8  # linked headings of a page of lists
PER_PHRASE = 400  # characters of a consent page for each phrase on consent

_GONE = re.compile(
    r"(?:error )?(?:404|410)(?:$|\s*[-:|\u2013]|\s(?:error|gone|not found|page))"
    r"|(?:page|article|story|content) (?:(?:was|is|could) )?not (?:be )?found"
    r"|page (?:doesn.t|does not) exist|not found$"
    r"|(?:seite|artikel) nicht gefunden|page (?:introuvable|non trouvée)"
    r"|página no encontrada|página não encontrada|pagina non trovata|pagina niet gevonden"
    r"|sidan (?:kunde inte hittas|finns inte)|siden (?:ble ikke funnet|blev ikke fundet)"
    r"|nie znaleziono strony|страница не найдена|ページが見つかりません",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:error )?(?:401|403|500|502|503|504)(?:$|\s*[-:|\u2013]|\s(?:error|forbidden|bad|service"
    r"|internal|gateway|unauthorized))"
    r"|(?:403 )?forbidden$|bad gateway|internal server error|service (?:temporarily )?unavailable"
    r"|gateway time-?out|site (?:is )?(?:under|down for) maintenance|application error",
    re.IGNORECASE,
)
_BOTS = re.compile(
    r"just a moment|attention required|access (?:to this page has been )?denied"
    r"|are you a robot|are you human|robot or human|pardon our interruption|security check"
    r"|checking your browser|ddos protection|verif(?:y|ying) (?:that )?you are (?:a )?human"
    r"|human verification|captcha|one more step|you have been blocked|request blocked",
    re.IGNORECASE,
)
_BOT_TEXT = re.compile(
    r"(?:verify|confirm|prove|make sure) (?:that )?you(?:.re| are) (?:a human|human|not a (?:ro)?bot)"
    r"|enable javascript and cookies to continue|unusual (?:traffic|activity) from your"
    r"|checking (?:if the site connection is secure|your browser)|performing security verification"
    r"|needs to review the security of your connection|reference #\d+\.[0-9a-f]+"
    r"|press (?:&|and) hold to confirm",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|we value your privacy|we and our (?:\w+ )?partners"
    r"|(?:accept|allow|reject) (?:all )?cookies|manage (?:your )?(?:cookies|choices|preferences)"
    r"|your privacy choices|consent to (?:the use of )?cookies"
    r"|wir und unsere (?:\w+ )?partner|alle akzeptieren|zustimmen und weiter|tout accepter"
    r"|continuer sans accepter|aceptar todo|accetta tutto|alles accepteren"
    r"|cookie(?:s|-)? (?:wall|policy)",
    re.IGNORECASE,
)
# For text in lower case, without a flag: a third of the time.
_WALL = re.compile(
    r"subscribe (?:now )?to (?:continue|keep|read)|(?:already|existing) (?:a )?subscriber"
    r"|(?:log|sign) in to (?:continue|read|keep)|to continue reading|this (?:article|story|content)"
    r" is (?:for|only for|exclusively for|reserved for) (?:our )?(?:subscribers|members)"
    r"|(?:reste|suite) (?:de cet article )?est réservée?|pour lire la suite|réservé aux abonnés"
    r"|weiterlesen mit|jetzt (?:abonnieren|weiterlesen)|nur für abonnenten"
    r"|hazte socio|suscríbete para|abbonati per|per continuare a leggere"
    r"|(?:exclusief )?voor abonnees|会員限定|有料会員",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the judgement needs: the page's names, its text as chosen, and all that stands there."""

    names: tuple[str, ...]
    """Its `<title>` and its headline."""
    text: str
    layout: Layout
    evidence: Evidence
    free: bool | None = None
    """isAccessibleForFree of its structured data; None where it does not say."""


def no_report(seen: Seen) -> str:
    """Why this page is no report to publish, in words; "" when nothing speaks against it."""
    everything = sum([len(block.text) for block in seen.layout.blocks])
    shown = len(seen.text) if len(seen.text) >= SHORT else tree.size_of(seen.text)
    for name in filter(None, seen.names):
        if _GONE.match(name) and shown < SHORT:
            return f"soft 404: it is titled {clean_text(name, 80)!r}"
        if _ERROR.match(name) and shown < SHORT:
            return f"an error page: it is titled {clean_text(name, 80)!r}"
        if _BOTS.match(name) and everything < SHORT:
            return f"a bot wall: it is titled {clean_text(name, 80)!r}"
    if everything < SHORT:
        told = " ".join(block.text for block in seen.layout.blocks)
        if _BOT_TEXT.search(told):
            return "a bot wall, not the report"
    if shown < SHORT and len(_CONSENT.findall(seen.text)) * PER_PHRASE >= max(shown, 1):
        return "a consent page, not the report"
    if shown < STUB and (seen.free is False or _says_wall(seen)):
        return "a paywall stub: it shows the beginning only"
    if _is_list(seen):
        return "a list of pages, not a report"
    return ""


def _says_wall(seen: Seen) -> bool:
    """Does a short text stop at the words of a wall, on a page that is otherwise as short?"""
    short = (block.text for block in seen.layout.blocks if len(block.text) < 400)
    return bool(_WALL.search("\n".join(short).lower()))


def _is_list(seen: Seen) -> bool:
    """No word of a report anywhere, many headings that lead elsewhere, hardly a paragraph."""
    if seen.evidence.report or seen.evidence.dated or seen.evidence.stated:
        return False
    blocks = seen.layout.blocks
    leading = sum(block.tag in HEADINGS and 2 * block.linked > block.size for block in blocks)
    prose = sum(block.size >= LEAD and 4 * block.linked < block.size for block in blocks)
    return leading >= TEASERS and prose < LEADS
