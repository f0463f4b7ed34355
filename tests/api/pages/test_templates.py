"""What templates ask for by fixed words stands in them when they are compiled, and everything is escaped.

Covers: api/pages/templates.py
"""

import pytest
from markupsafe import Markup, escape

from api.pages.templates import environment, pictogram
from api.web.addresses import LANGS, Lang

SEARCH = {"de": "Suchen", "en": "Search"}


@pytest.mark.parametrize("lang", LANGS)
def test_fixed_sentences_signs_and_addresses_are_compiled_in(lang: Lang) -> None:
    env = environment(lang)
    source = '{{ _("Suchen") }}|{{ path("search") }}|{{ m.icon("search") }}|{{ asset("portal.css") }}'
    code = env.compile(source, raw=True)
    assert SEARCH[lang] in code
    assert "context.call" not in code
    shown = env.from_string(source).render()
    assert shown.startswith(
        f"{SEARCH[lang]}|{'/suche' if lang == 'de' else '/en/search'}|{pictogram('search')}|/static/"
    )


def test_what_depends_on_the_view_is_asked_when_it_is_shown() -> None:
    env = environment("de")
    assert env.from_string('{{ path("dataset", id) }} {{ _("%(a)s und", a=id) }}').render(id="b&w") == (
        "/daten/b%26w b&amp;w und"
    )


@pytest.mark.parametrize("value", ["a", "<b> & 'c' \"d\"", Markup("<i>"), 7, None, "ü<"])
def test_values_are_escaped_as_markupsafe_does(value: object) -> None:
    assert environment("de").from_string("{{ value }}").render(value=value) == str(escape(value))


def test_an_asset_that_is_missing_is_asked_for_only_where_it_is_shown() -> None:
    template = environment("de").from_string('{% if styled %}{{ asset("vendor/nothing.css") }}{% endif %}plain')
    assert template.render(styled=False) == "plain"
