"""The files of a dataset as its page shows them: format, size, name, one line below it, and their addresses.

Entry point: `files`.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from api.text import sentences
from api.text.formatting import day, link, size, text_markup
from api.text.i18n import translator
from api.text.link_words import Reached, reached
from api.web.addresses import Lang
from registry.links.links import Link
from registry.model import Distribution
from vocab.concepts import concept_list

NO_LINKS: Final[Mapping[str, Link]] = MappingProxyType({})
MAX_SHORT_LABEL: Final = 9  # characters of a format's label that fit into its column


class File(NamedTuple):
    """One form in which a dataset can be had. `meta`: one line below the name; `type`: notation of the file type."""

    id: str
    type: str
    format: str
    size: str
    name: Markup
    meta: str
    download: str
    access: str
    licence: str  # where it differs from the first one's
    text: Markup
    reached: Reached | None = None  # what the link check knows of its address

    @property
    def address(self) -> str:
        """Where the data are; "" if the source names no address that is safe to follow."""
        return self.download or self.access


def files(distributions: Iterable[Distribution], lang: Lang, links: Mapping[str, Link] = NO_LINKS) -> Iterator[File]:
    """A File for each distribution, in the order of the source. `links`: what is known of their addresses."""
    _ = translator(lang)
    first = None
    for distribution in distributions:
        first = distribution.licence if first is None else first
        type = concept_list("file-types").get(distribution.format) if distribution.format else None
        yield File(
            id=distribution.id,
            type=type.notation if type else "",
            format=_format(type.notation, type.label(lang))
            if type
            else (distribution.format.rpartition("/")[2] or "–"),
            size=size(distribution.size, lang) if distribution.size else "",
            name=text_markup(distribution.title, lang) or escape(_file_name(distribution) or _("Ohne Namen")),
            meta=" · ".join(_meta(distribution, lang)),
            download=link(distribution.download_url),
            access=link(distribution.access_url),
            licence=sentences.licence(distribution.licence, lang).sentence if distribution.licence != first else "",
            text=text_markup(distribution.description, lang),
            reached=reached(links.get(distribution.download_url or distribution.access_url), lang),
        )


def _meta(distribution: Distribution, lang: Lang) -> Iterator[str]:
    _ = translator(lang)
    if date := day(distribution.modified[:10], lang):
        yield _("Stand %(day)s") % {"day": date}


def _format(notation: str, label: str) -> str:
    """The short name of a format: "GeoJSON", or "WMS" for "Web Map Service (WMS)"."""
    return label if len(label) <= MAX_SHORT_LABEL else notation.removesuffix("_SRVC").replace("_", "-")


def _file_name(distribution: Distribution) -> str:
    address = (distribution.download_url or distribution.access_url).partition("?")[0].rstrip("/")
    return address.rpartition("/")[2][:120]
