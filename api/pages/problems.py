"""The page of a kind of problem document: what it means and what to do next, in both languages.

Entry points: `problem_page`, `explained`. Invariant: each kind that a problem document names has a page.
"""

from functools import partial

from fastapi import Request
from starlette.responses import Response

from api.pages.site import Pages, View
from api.text.i18n import translator
from api.web.addresses import language, path, place
from api.web.problems import PROBLEMS, problem_types
from registry.errors import NotFoundError
from vocab.messages import remedy, template


def problem_page(pages: Pages) -> View:
    """The view of the page."""
    return partial(_show, pages)


def explained(name: str, lang: str) -> tuple[str, str]:
    """What a kind of problem means, and what to do next."""
    code = f"problem-kind-{name}"
    return template(code, lang), remedy(code, lang)


def _show(pages: Pages, request: Request, name: str) -> Response:
    """NotFoundError for a kind that there is not."""
    status = {kind: status for status, kind in problem_types()}.get(name)
    if status is None:
        raise NotFoundError("problem-unknown", name=name[:100])
    lang = language(request)
    _ = translator(lang)
    meaning, step = explained(name, lang)
    return pages.page(
        request,
        "problem.html",
        lang,
        area="developers",
        name=name,
        code=status,
        iri=PROBLEMS + name,
        meaning=meaning,
        step=step,
        crumbs=[
            (_("Für Entwickler"), path("developers", lang)),
            (_("API-Referenz"), place("developers", lang, "api")),
            (_("Fehler „%(name)s“") % {"name": name}, ""),
        ],
    )
