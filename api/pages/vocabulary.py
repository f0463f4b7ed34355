"""The page of our own vocabulary: classes, properties and lists, with what they mean.

Entry point: `vocabulary_page`.
"""

from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import language
from registry.rdf.ontology import own_schemes, own_terms
from vocab.namespaces import OWN, VOC, curie


def vocabulary_page(pages: Pages) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        terms = [
            (curie(term.iri), term.label_en if lang == "en" else term.label_de, [curie(cls) for cls in term.of])
            for term in own_terms()
            if term.kind != "class"
        ]
        schemes = [
            (
                iri,
                title_en if lang == "en" else title_de,
                [(concept.notation, concept.label(lang)) for concept in concepts],
            )
            for iri, title_de, title_en, concepts in own_schemes()
        ]
        return pages.page(
            request,
            "vocabulary.html",
            lang,
            terms=terms,
            schemes=schemes,
            namespaces=(OWN, VOC),
            crumbs=[(_("Vokabular"), "")],
        )

    return show
