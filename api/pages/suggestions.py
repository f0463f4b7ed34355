"""The page with the words that begin like what was typed, for those who search without a script.

Entry point: `suggestions_page`.
"""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.data.suggestions import SuggestionOut, suggested
from api.pages.site import Pages, View
from api.text import sentences
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, language
from api.web.query import MAX_QUERY_CHARACTERS
from vocab.kinds import KIND_ROWS


def suggestions_page(pages: Pages) -> View:
    def suggestions(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        typed = " ".join(request.query_params.get("q", "")[:MAX_QUERY_CHARACTERS].split())
        listed = [_shown(suggestion, lang) for suggestion in suggested(pages.catalog, typed, lang)]
        crumbs = [(_("Suche"), addresses.path("search", lang)), (_("Vorschläge"), "")]
        return pages.page(
            request, "suggestions.html", lang, title=_("Vorschläge"), words=typed, suggestions=listed, crumbs=crumbs
        )

    return suggestions


def _shown(suggestion: SuggestionOut, lang: Lang) -> dict[str, Any]:
    kinds = [
        f"{count} {(KIND_ROWS[kind].singular if count == 1 else KIND_ROWS[kind].plural)[lang]}"
        for kind, count in suggestion.kinds.items()
        if kind in KIND_ROWS
    ]
    return {"text": suggestion.text, "url": suggestion.url, "said": sentences.listing(kinds)}
