"""The templates of pages: one environment a language, in which everything is escaped and an unknown name is an error.

Entry points: `rendered` (a page), `environment`. What a template asks for by fixed words (a sentence, a sign, the
address of a page) is put in when it is compiled: a page has a hundred of these.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from api.text import formatting
from api.text.i18n import HERE, translations
from api.web import addresses
from api.web.addresses import Lang, place
from vocab.kinds import KIND_ROWS
from vocab.pages import LIST_VIEW_WORDS, STEP_WORDS, step_word

STATIC: Final = HERE / "static"
TO_ESCAPE: Final = re.compile("[&<>\"']").search
MACROS: Final = "macros.html"  # what all templates have as `m`
PICTOGRAMS: Final[Mapping[str, str]] = {  # shapes of SVG, in a box of 16 by 16
    "search": '<circle cx="7" cy="7" r="5"/><path d="M11 11l4 4"/>',
    "district": '<path d="M8 15s5-5 5-8.500a5 5 0 0 0-10 0C3 10 8 15 8 15z"/><circle cx="8" cy="6.500" r="1.500"/>',
    "cross": '<path d="M3 3l10 10M13 3L3 13"/>',
    "plus": '<path d="M8 2v12M2 8h12"/>',
    "minus": '<path d="M2 8h12"/>',
    "check": '<path d="M2 8.500L6 12.500 14 3.500"/>',
    "warning": '<path d="M8 1.500L15 14H1zM8 6v4M8 11.500v1"/>',
    "download": '<path d="M8 1v9M4.500 7L8 10.500 11.500 7M2 14h12"/>',
    "copy": '<rect x="5" y="5" width="9" height="9" rx="1"/><path d="M3 11H2V2h9v1"/>',
    "people": (
        '<circle cx="5.500" cy="5" r="2.500"/><circle cx="11.500" cy="6" r="2"/>'
        '<path d="M1 14c0-3 2-5 4.500-5s4.500 2 4.500 5M10.500 9.500c2.500-.5 4.500 1.500 4.500 4"/>'
    ),
    "bell": '<path d="M3.500 11.500V7a4.500 4.500 0 0 1 9 0v4.500l1 1.500h-11zM6.500 13a1.500 1.500 0 0 0 3 0"/>',
    "partner": '<path d="M8 1l5 5H3zM8 6v6M4 10h8M5 14h6"/>',
}


def rendered(template: str, lang: Lang, view: Mapping[str, Any]) -> str:
    """The HTML of a template. `view`: what it shows, to which the shared macros are added as `m`."""
    env = environment(lang)
    macros = env.get_template(MACROS).make_module(dict(view))
    return env.get_template(template).render({**view, "m": macros})


class _Fixed(NodeTransformer):
    """Puts in what functions say whose answer depends on their arguments alone, where these are fixed words."""

    def __init__(self, env: "_Environment") -> None:
        self._env = env

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        function = self._env.fixed.get(_name(node.node))
        literals = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        if function is None or node.kwargs or node.dyn_args or node.dyn_kwargs or len(literals) < len(node.args):
            return node
        try:
            text = function(*literals)
        except FileNotFoundError:  # an asset that may be missing, and is then not asked for
            return node
        fixed: nodes.Expr = nodes.Const(str(text), lineno=node.lineno)
        fixed = nodes.MarkSafe(fixed, lineno=node.lineno) if isinstance(text, Markup) else fixed
        return fixed.set_environment(self._env)


def _name(node: nodes.Node) -> str:
    """The name of a function: `path`, `m.icon`; "" for anything else."""
    if isinstance(node, nodes.Getattr):
        return f"{_name(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


class _Generator(CodeGenerator):
    """Compiles a template of an `_Environment`."""

    environment: "_Environment"

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        super().visit_Template(_Fixed(self.environment).visit(node), frame)
        self.writeline("escape = environment.escaped")  # by which all of the above escapes what it shows


class _Environment(jinja2.Environment):
    """`fixed`: name -> function whose answer stands in the compiled template where its arguments are fixed words."""

    code_generator_class = _Generator
    fixed: Mapping[str, Callable[..., str]] = {}

    @staticmethod
    def escaped(value: Any) -> str:
        """The value as HTML, as `markupsafe.escape` says it. Most are markup already or hold nothing to escape: to see
        that takes a third of the time."""
        if type(value) is Markup:
            return value
        return value if type(value) is str and not TO_ESCAPE(value) else escape(value)


@cache
def environment(lang: Lang) -> jinja2.Environment:
    """The templates in a language: everything escaped, an unknown name is an error."""
    env = _Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_translations(translations(lang), newstyle=True)  # type: ignore[attr-defined]
    env.filters |= _filters(lang)
    to_page = partial(_path, lang)
    env.globals |= {
        "asset": asset,
        "path": to_page,
        "step_word": lambda step: step_word(step, lang),
        "page_of": lambda kind, id: addresses.page(kind, id, lang),
        "twin": twin,
        "svg": _svg,
        "pictogram": pictogram,
        "kind_rows": KIND_ROWS,
        "navigation": tuple((row.name, row.short[lang]) for row in KIND_ROWS.values() if row.in_navigation),
    }
    sentence = partial(_sentence, lang)
    env.fixed = {
        "_": sentence, "gettext": sentence, "path": to_page, "asset": asset, "icon": pictogram,
        "m.icon": pictogram,
    }  # fmt: skip
    return env


def _filters(lang: Lang) -> dict[str, Callable[..., Any]]:
    """How values are written in a language."""
    return {
        "short": partial(formatting.short_markup, lang=lang),
        "say": partial(formatting.text_markup, lang=lang),
        "day": partial(formatting.day, lang=lang),
        "short_day": partial(formatting.short_day, lang=lang),
        "moment": partial(formatting.moment, lang=lang),
        "number": partial(formatting.number, lang=lang),
        "size": partial(formatting.size, lang=lang),
        "prose": formatting.prose,
        "link": formatting.link,
        "host": formatting.host,
        "breakable": formatting.breakable,
        "code": formatting.inline_code,
    }


def _sentence(lang: Lang, german: str) -> Markup:
    """A sentence in a language, as `_` says it in templates."""
    return Markup(translations(lang).gettext(german)) % {}  # noqa: S704 - the sentences are ours


def _path(lang: Lang, name: str, *steps: str) -> str:
    return place(name, lang, *steps)


_NAMES_OF_STEPS: Final = {words[tag]: name for name, words in STEP_WORDS.items() for tag in addresses.LANGS}


def twin(path: str, lang: Lang) -> str:
    """The path of the same page in that language; the steps after the first one are translated too."""
    twin_path = addresses.twin(path, lang)
    path, mark, query = twin_path.partition("?")
    address = addresses.parse_path(path)
    if not address or not address.rest:
        return twin_path
    steps = address.rest.split("/")
    has_id = address.name in addresses.PAGES_WITH_IDS and address.rest not in LIST_VIEW_WORDS
    translated = [step_word(_NAMES_OF_STEPS.get(step, step), lang) for step in steps[has_id:]]
    return addresses.path(address.name, lang, "/".join([*steps[:has_id], *translated])) + mark + query


@cache
def asset(name: str) -> str:
    """The address of a file below static/, with its digest, so that browsers may keep it for good."""
    digest = hashlib.blake2b((STATIC / name).read_bytes(), digest_size=5).hexdigest()
    return f"/static/{name}?v={digest}"


@cache
def _svg(name: str) -> Markup:
    """A drawing of templates/drawings/ as markup; safe, because these files are ours."""
    return Markup((HERE / "templates" / "drawings" / f"{name}.svg").read_text("utf-8"))  # noqa: S704


@cache
def pictogram(name: str) -> Markup:
    """A small drawing: of a kind of things, or one of PICTOGRAMS."""
    shapes = KIND_ROWS[name].drawing if name in KIND_ROWS else PICTOGRAMS[name]
    return Markup(f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{shapes}</svg>')  # noqa: S704 - ours
