"""Values of records formatted for people: texts in the page's language, dates, numbers, sizes, and safe markup.

Invariant: every Markup that leaves this module is escaped, or cleaned by nh3.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

import nh3
from babel import dates, numbers
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from api.web.addresses import Lang
from registry.model import Date, Record, Text, message
from registry.model.message import Message
from registry.model.text import shortened, shortened_text, tags
from registry.model.timing import ZONE as ZONE
from registry.model.timing import first_day
from registry.search.analysis import Word, clean, mark

TAGS: Final = frozenset(("a", "li", "ol", "ul", "p", "br", "b", "i", "u", "strong", "em"))
MAX_PROSE: Final = 40_000  # characters of a description that are shown
MAX_SENTENCE: Final = 260  # characters in a list

_FAR: Final = re.compile(r"(-\d{4,9}|0000|\d{5,9})(?=\D|$)")  # the year 0 is 1 BC (XSD 1.1)
_DAY_ZONE: Final = re.compile(r"^(\d{4}(?:-\d\d){0,2})(?:Z|[+-]\d\d:\d\d)$")
_DAY: Final = {"de": "d. MMMM y", "en": "d MMMM y"}
_SHORT: Final = {"de": "d. MMM", "en": "d MMM"}
_MOMENT: Final = {"de": "d. MMMM y, H:mm\N{NO-BREAK SPACE}'Uhr'", "en": "d MMMM y, H:mm"}
_MONTH: Final = "MMMM y"


class PickedText(NamedTuple):
    """A text in one language. `lang`: its language where that is not the page's, else empty."""

    words: str
    lang: str = ""


def pick_language(text: Text, lang: Lang) -> PickedText:
    """The words in the page's language, else in the next best."""
    if (own := text.get(lang, "")) and own.strip():
        return PickedText(own)
    return next(
        (PickedText(text[tag], "" if tag in (lang, "und") else tag) for tag in tags(text, lang)), PickedText("")
    )


def text_markup(text: Text | Message, lang: Lang) -> Markup:
    """The text of `pick_language` as markup, with a `lang` attribute where it is not the page's (WCAG 3.1.2)."""
    if isinstance(text, Message):
        return escape(message.sentence(text, lang))
    words, other = pick_language(text, lang)
    return Markup('<span lang="{}">{}</span>').format(other, words) if other else escape(words)


def record_title(record: Record, lang: Lang) -> str:
    """The title of a record as a plain text, cut at MAX_TITLE_IN_LISTS; its id if it has none."""
    return shortened(pick_language(record.metadata.title, lang).words) or record.id


def short_markup(text: Text, lang: Lang) -> Markup:
    """A title or a name as lists show it: `text_markup`, cut at MAX_TITLE_IN_LISTS."""
    return text_markup(shortened_text(text), lang)


# -- what cannot be seen

# Control characters but tab and line breaks, and those that change the direction of what follows
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(html: str) -> str:
    """A page or a text in which control and direction characters stand as signs, such as ␛ or [U+202E]: with these an
    address can look like another one."""
    return _UNSEEN.sub(_sign, html)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else f"[U+{code:04X}]"  # Unicode has signs for the first 32


def _quoted(address: str) -> str:
    """An address with what cannot be seen in it percent-encoded: it leads to where it says."""
    return address if address.isprintable() else "".join(c if c.isprintable() else quote(c) for c in address)


# -- dates, numbers


# The same few dates and numbers stand on most pages; Babel reads its patterns anew for each.
_date: Final = lru_cache(4_096)(dates.format_date)
_moment: Final = lru_cache(4_096)(dates.format_datetime)
_decimal: Final = lru_cache(4_096, typed=True)(numbers.format_decimal)


def day(value: Date | date | datetime | None, lang: Lang) -> str:
    """A date with the accuracy that was given (year, month or day); any other string unchanged."""
    if not value:
        return ""
    if isinstance(value, datetime):
        return _date(_local(value).date(), _DAY[lang], lang)
    if isinstance(value, date):
        return _date(value, _DAY[lang], lang)
    far = _FAR.match(value)
    if far:
        return _far_day(far, lang)
    value = _DAY_ZONE.sub(r"\1", value)
    if re.fullmatch(r"\d{4}-\d\d", value) and 1 <= int(value[5:]) <= 12 and value > "0001":
        return _date(date(int(value[:4]), int(value[5:]), 1), _MONTH, lang)
    moment = as_date(value)
    return _date(moment, _DAY[lang], lang) if moment and len(value) > 7 else value


def _far_day(far: re.Match[str], lang: Lang) -> str:
    """A date before the year 1 or after 9999, which Python's calendar does not have: 13 v. Chr."""
    year = int(far[1])
    if year > 0:
        return str(year)
    return (
        f"{1 - year}\N{NO-BREAK SPACE}v.\N{NO-BREAK SPACE}Chr." if lang == "de" else f"{1 - year}\N{NO-BREAK SPACE}BC"
    )


def short_day(value: Date | datetime | None, lang: Lang) -> str:
    """Day and month: 9. Nov."""
    moment = as_date(value)
    return _date(moment, _SHORT[lang], lang) if moment else ""


def moment(value: datetime | Date | None, lang: Lang) -> str:
    """Date and time of day in the city's time zone; a date without a time as `day` writes it."""
    if isinstance(value, str) and "T" in value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return day(value, lang)
    if isinstance(value, datetime):
        return _moment(_local(value).replace(tzinfo=None), _MOMENT[lang], locale=lang)
    return day(value, lang)


def _local(value: datetime) -> datetime:
    """In the city's time; as written where that lies beyond the calendar (9999-12-31T23:59:59Z, a usual open end)."""
    try:
        return value.astimezone(ZONE) if value.tzinfo else value
    except OverflowError:
        return value


def as_date(value: Date | date | datetime | None) -> date | None:
    """The first day that a date of any accuracy can mean."""
    if isinstance(value, datetime):
        return _local(value).date()
    if isinstance(value, date) or not value:
        return value or None
    return first_day(value)


def number(value: float | int | str, lang: Lang) -> str:
    """A number: 1.234,5 in German, 1,234.5 in English. Decimals may come as strings; other strings are unchanged."""
    if isinstance(value, int):
        return str(value) if 0 <= value < 1000 else f"{value:,}".replace(",", "." if lang == "de" else ",")
    try:
        return _decimal(float(value) if isinstance(value, str) else value, locale=lang)
    except ValueError:
        return str(value)


def size(bytes: int, lang: Lang) -> str:
    """A number of bytes: 12 kB, 8,4 MB (1 kB is 1,000 bytes)."""
    if bytes < 1000:
        return f"{bytes} B"
    for unit in ("kB", "MB", "GB"):
        value = bytes / 1000 ** (("kB", "MB", "GB").index(unit) + 1)
        if value < 999.5 or unit == "GB":
            break
    return f"{_decimal(round(value, 1 if value < 10 else 0), locale=lang)}\N{NO-BREAK SPACE}{unit}"


# -- prose


def _commonmark(headings: bool) -> MarkdownIt:
    """A CommonMark parser. Without `headings` they become bold paragraphs, because the page has headings of its own."""
    parser = MarkdownIt("commonmark", {"html": True, "breaks": True})
    if not headings:
        parser.add_render_rule("heading_open", lambda *_: "<p><b>")
        parser.add_render_rule("heading_close", lambda *_: "</b></p>\n")
    return parser


_DESCRIPTION: Final = _commonmark(headings=False)
_DOCUMENT: Final = _commonmark(headings=True)


@lru_cache(500)
def prose(text: str) -> Markup:
    """A description (CommonMark or HTML) as markup with TAGS only; links are nofollow and send no referrer details.
    Web and mail addresses in running text become links."""
    return Markup(_linked(_cleaned(_DESCRIPTION.render(text[:MAX_PROSE]), TAGS)))  # noqa: S704 - clean, see `_linked`


# An address in cleaned markup ends before a tag, a blank, a quotation mark or the sign that ends a sentence.
_BARE_ADDRESS: Final = re.compile(
    r"(?<![\w@/.])(?:(?P<web>https?://|www\.)[^\s<>\"]+|(?P<mail>[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}))",
    re.IGNORECASE,
)
_ENTITY_AT_END: Final = re.compile(r"&(?:lt|gt|quot|nbsp);.*", re.DOTALL)
_TAG: Final = re.compile(r"<[^<>]*>")


def _linked(markup: str) -> str:
    """Cleaned markup whose bare addresses are links; what is a link already stays as it is."""
    parts, at, open_links = list[str](), 0, 0
    for tag in _TAG.finditer(markup):
        text = markup[at : tag.start()]
        parts += [text if open_links else _BARE_ADDRESS.sub(_anchor, text), tag[0]]
        open_links += tag[0].startswith("<a ") - (tag[0] == "</a>")
        at = tag.end()
    return "".join((*parts, _BARE_ADDRESS.sub(_anchor, markup[at:])))


def _anchor(match: re.Match[str]) -> str:
    """The link of an address, from characters that are escaped already."""
    address = _ENTITY_AT_END.sub("", match[0])
    address = address.rstrip(".,;:!?'*_~")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?'*_~")
    if match["web"] and len(address) <= len(match["web"]):
        return match[0]
    scheme = "mailto:" if match["mail"] else "http://" if match["web"].lower() == "www." else ""
    rest = match[0][len(address) :]
    return f'<a href="{scheme}{address}" rel="nofollow noopener">{address}</a>{rest}'


def document(text: str) -> Markup:
    """A text of the city's own pages as markup, with headings of the second and third level."""
    return _cleaned(_DOCUMENT.render(text), TAGS | {"h2", "h3"})


def _cleaned(html: str, tags: frozenset[str]) -> Markup:
    cleaned = nh3.clean(
        html,
        tags=set(tags),
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
        strip_comments=True,
    )
    return Markup(cleaned)  # noqa: S704 - nh3 has just cleaned it


def without_markup(prose: str) -> str:
    """The text of HTML or Markdown in one line, without its markup."""
    text = re.sub(r"!?\[([^\]\n]{0,300})\]\([^)\s]{0,2000}\)", r"\1", clean(prose[:MAX_PROSE]))
    return " ".join(re.sub(r"(?m)^\s{0,3}(#{1,6}|>|[-*+])\s+|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", text).split())


@lru_cache(1_000)
def sentence(description: str, most: int = MAX_SENTENCE) -> str:
    """The beginning of a description, at most `most` characters: cut after a sentence where possible, else a word."""
    text = without_markup(description)
    if len(text) <= most:
        return text
    ends = [match.end() for match in re.finditer(r"(?<=[a-zäöüß\d)“\"]{2})[.!?](?=\s)", text[: most + 1])]
    if ends and ends[-1] > most // 3:
        return text[: ends[-1]]
    return (text[:most].rpartition(" ")[0].rstrip(" ,;:–-") or text[:most]) + " …"


def marked(text: str, query: list[Word]) -> Markup:
    """The text with the words of a query in `<mark>`."""
    parts: list[str] = []
    at = 0
    for start, end in mark(text, query) if query else ():
        parts += (escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>")
        at = end
    return Markup("".join((*parts, escape(text[at:]))))  # noqa: S704 - each text in it is escaped


def link(address: str) -> str:
    """The address if it is safe in a `href` (http, https, mailto, tel, ftp or a path), else ""."""
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return ""
    safe = scheme in ("http", "https", "mailto", "tel", "ftp") or address.startswith("/")
    return _quoted(address) if safe else ""


def breakable(address: str) -> Markup:
    """An address with `<wbr>` after separators, so that browsers break long ones there."""
    return Markup("<wbr>").join(re.split(r"(?<=[/._?&=-])(?=\w)", _quoted(address)))


def inline_code(text: str) -> Markup:
    """The text with what stands between backticks as code."""
    parts = text.split("`")
    marked_parts = (Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts))
    return Markup().join(marked_parts)


def host(address: str) -> str:
    """The host of an address; the address itself if it has none."""
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address
