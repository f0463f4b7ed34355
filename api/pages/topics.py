"""The pages of topics: what belongs to each, typical questions with their answers, and what there is of it.

Entry points: `topics_page`, `topic_page`. The texts stand in `topics.toml`; a question is shown only where the
search has an exact hit for it, so that no link leads nowhere.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.data.lists import list_address
from api.pages.overview import overview
from api.pages.site import Pages, View
from api.pages.start import counts_by, themes_of
from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang, language
from api.web.negotiate import CSV
from registry.errors import NotFoundError
from registry.model import DCAT_KINDS
from registry.model.timing import today
from registry.search.query import Query
from vocab.concepts import concept_list

MAX_PUBLISHERS: Final = 5


class TopicText(msgspec.Struct, frozen=True):
    """What a topic is about, in a sentence, and what people ask about it."""

    de: str
    en: str
    questions_de: tuple[str, ...]
    questions_en: tuple[str, ...]

    def about(self, lang: Lang) -> str:
        return self.de if lang == "de" else self.en

    def questions(self, lang: Lang) -> tuple[str, ...]:
        return self.questions_de if lang == "de" else self.questions_en


@cache
def texts() -> dict[str, TopicText]:
    """Notation of a topic -> its texts; the topics that are about nothing in particular have none."""
    text = Path(__file__).with_name("topics.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, TopicText])


def topics_page(pages: Pages) -> View:
    def topics(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        data, projects = counts_by(pages, DCAT_KINDS)["theme"], counts_by(pages, ("project",))["theme"]
        themes = sorted(themes_of(data, projects, lang), key=lambda theme: str(theme["label"]))
        for theme in themes:
            theme["about"] = texts()[theme["notation"]].about(lang) if theme["notation"] in texts() else ""
        path = addresses.path("topic", lang)
        return pages.page(
            request,
            "topics.html",
            lang,
            themes=themes,
            table=f"{path}.{CSV.name}",
            crumbs=[(_("Themen"), "")],
        )

    return topics


def topic_page(pages: Pages) -> View:
    def topic(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        theme = concept_list("themes").get(request.path_params["id"])
        if theme is None:
            raise NotFoundError("theme-unknown")
        path = addresses.page("topic", theme.notation, lang)
        if path != request.url.path:
            return RedirectResponse(path, 301)
        where = {"theme": (theme.notation,)}
        text = texts().get(theme.notation)
        return pages.page(
            request,
            "topic.html",
            lang,
            title=theme.label(lang),
            about=text.about(lang) if text else "",
            questions=_answered(pages, text.questions(lang), lang) if text else [],
            publishers=_publishers(pages, theme.notation, lang),
            **overview(pages, where, lang, today()),
            crumbs=[(_("Themen"), addresses.path("topic", lang)), (theme.label(lang), "")],
            feed=query.url(Query(where=where, lang=lang), "/feed.atom"),
            follow=query.url(Query(where=where, lang=lang), addresses.path("alerts", lang)),
            files=[("CSV", list_address(Query(where=where, lang=lang), addresses.path("search", lang), CSV))],
        )

    return topic


def _answered(pages: Pages, questions: tuple[str, ...], lang: Lang) -> list[tuple[str, str]]:
    """The questions for which something is found, each with the address of the search."""
    search = addresses.path("search", lang)
    asked = {question: Query(words=question, lang=lang, size=1, facets=()) for question in questions}
    return [
        (question, query.url(Query(words=question, lang=lang), search))
        for question, wanted in asked.items()
        if pages.catalog.index.search(wanted).total
    ]


def _publishers(pages: Pages, notation: str, lang: Lang) -> list[dict[str, Any]]:
    """The organizations with the most data of the topic; those of the organizations above them count once."""
    where = {"theme": (notation,), "kind": DCAT_KINDS}
    page = pages.catalog.index.search(Query(where=where, size=1, facets=("publisher",)))
    counts = list(page.facets.get("publisher", ()))
    parents = {count.parent for count in counts}
    leaves = [count for count in counts if count.value not in parents][:MAX_PUBLISHERS]
    records = pages.records(count.value for count in leaves)
    return [
        {"name": name, "address": addresses.page("organization", id, lang), "number": count.count}
        for count, (id, name) in zip(leaves, pages.names([count.value for count in leaves], lang), strict=True)
        if id in records
    ]
