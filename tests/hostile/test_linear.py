"""Each function over text of strangers takes time in line with the length of the text, whatever the text is made of.

All public functions with a parameter of type str, bytes or Any are found in the rooms below, so a new one is tested
without a word here. No time is asserted: a call on a text eight times as long may take MAX_RATIO times as long, and
whatever takes less than FLOOR_SECONDS on the long text is fine (a quadratic function takes a quarter of a second
there).
The text is harmless: signs that repeat.
"""

import contextlib
import importlib
import inspect
import pkgutil
import re
import time
import types
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count, product
from typing import Any, Final, NamedTuple

import pytest

import api
import harvesters
import registry
import vocab
from api.web.addresses import Lang
from harvesters.mapping import item_mapping
from registry import ckan
from registry.ckan import tables
from registry.ckan.readers import Unread
from registry.model import Source
from registry.rdf.repairs import repaired
from registry.rdf.terms import literal
from registry.search.analysis import Word, words
from tests.effort import LONG
from vocab.concepts import ConceptList, concept_list
from vocab.fields import FIELDS, fields_of

ROOMS: Final = (
    "vocab", "registry.model", "registry.ckan", "registry.rdf", "registry.search.analysis", "registry.search.entry",
    "registry.search.short_words", "registry.search.query", "registry.masking", "registry.syntax_errors",
    "registry.quality.check", "registry.catalog.ids", "registry.people.sign_in_tries", "harvesters.files",
    "harvesters.kinds", "harvesters.mapping", "harvesters.source_kinds", "api.text", "api.web", "api.data",
    "api.editing", "api.pages.facts",
)  # fmt: skip
NOT_OF_STRANGERS: Final = ("api.data.examples", "api.data.validation")  # our own examples; runs in a child with limits

LENGTH: Final = 16_000  # repetitions
TIMES: Final = 8
MAX_RATIO: Final = 20  # linear is 8, quadratic 64
FLOOR_SECONDS: Final = 0.06
FILLERS: Final = (
    " ", "\n", "a", "ä", "1", "(", "[", "<", "&", ".", "-", "/", "%", "@", "_", "*", '"', "\\", "\u0301",
    "a ", "1,", "a.", "1-", "://", "[a](", "&amp;", "a@", "; ", "= ", "[[", ": ", "a=b;",
)  # fmt: skip
# In the texts of CI each filler also follows each of these.
BEGINNINGS: Final = (
    "",
    *(("http://a.example/", "a ", "POINT (", "P1", '{"a": ', "[", "tel:", "12.", "<", "a@") if LONG else ()),
)
numbers = count()  # at the end of each text, so that no cache has it


class Case(NamedTuple):
    """A function of one text."""

    name: str
    call: Callable[[str], Any]


# -- all public functions


def rooms() -> Iterator[types.ModuleType]:
    for floor in (vocab, registry, harvesters, api):
        for module in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
            if any(f"{module.name}.".startswith(f"{room}.") for room in ROOMS) and module.name not in NOT_OF_STRANGERS:
                yield importlib.import_module(module.name)


OTHERS: Final[Mapping[Any, Callable[[], Any]]] = {  # parameter of another type -> a value for it
    Lang: lambda: "de",
    Unread: lambda: Unread({}, "https://a.example", "de", []),
    int: lambda: 300,
    bool: lambda: False,
    list[Word]: lambda: words("bus linie 2024"),
    ConceptList: lambda: concept_list("themes"),
}
TEXTS: Final = (str, bytes, Any, str | None)


def functions() -> Iterator[Case]:
    for module in rooms():
        for name, member in vars(module).items():
            function = inspect.unwrap(member) if callable(member) else member
            is_own = isinstance(function, types.FunctionType) and function.__module__ == module.__name__
            if is_own and not name.startswith("_"):
                yield from cases(f"{module.__name__}.{name}", function)


def cases(name: str, function: Callable[..., Any]) -> Iterator[Case]:
    """A case for each parameter that takes text; none where another parameter has no value in OTHERS."""
    parameters = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY)
    ]
    needed = [parameter for parameter in parameters if parameter.default is parameter.empty]
    if not all(parameter.annotation in TEXTS or parameter.annotation in OTHERS for parameter in needed):
        return
    for asked in parameters:
        if asked.annotation in TEXTS:
            yield Case(f"{name}({asked.name})", called(function, asked, [each for each in needed if each is not asked]))


def called(
    function: Callable[..., Any], asked: inspect.Parameter, others: list[inspect.Parameter]
) -> Callable[[str], Any]:
    def call(text: str) -> Any:
        values = {
            each.name: b"de"
            if each.annotation is bytes
            else "de"
            if each.annotation in TEXTS
            else OTHERS[each.annotation]()
            for each in others
        }
        result = function(**values, **{asked.name: text.encode() if asked.annotation is bytes else text})
        return list(result) if isinstance(result, types.GeneratorType) else result

    return call


# -- readers of whole things

PACKAGE_KEYS: Final = (
    *(row.keys[0] for row in (*tables.PACKAGE.rows, *tables.LINKS.rows)),
    "spatial", "spatial_text", "temporal_start", "tag_string", "extras", "license_id", "author", "maintainer_email",
)  # fmt: skip
RESOURCE_KEYS: Final = (*(row.keys[0] for row in tables.RESOURCE.rows), "url", "format", "mimetype", "hash")
LIST: Final = Source(name="a", kind="json", url="https://a.example", language="de")


def package_with(key: str, value: Any) -> Any:
    return ckan.to_metadata({"title": "T", key: value}, "https://a.example", "de")


def resource_with(key: str, value: Any) -> Any:
    return package_with("resources", [{"name": "N", key: value}])


def item_with(kind: str, field: str, value: Any) -> Any:
    return item_mapping.to_metadata({"kind": kind, "title": "T", field: value}, LIST)


def readers() -> Iterator[Case]:
    """A package, an item of a list and a thing in RDF with the text in each of their fields."""
    for key in PACKAGE_KEYS:
        yield Case(f"package {key}", partial(package_with, key))
    for key in RESOURCE_KEYS:
        yield Case(f"resource {key}", partial(resource_with, key))
    for kind in ("dataset", "project"):
        for field in fields_of(kind):
            yield Case(f"{kind} {field.name}", partial(item_with, kind, field.name))
    for row in {row.form: row for row in FIELDS}.values():
        yield Case(f"literal {row.form}", lambda text, row=row: repaired(row, literal(text)))  # type: ignore[misc]
        yield Case(f"IRI {row.form}", lambda text, row=row: repaired(row, f"<{text}>"))  # type: ignore[misc]


CASES: Final = {case.name: case for case in (*functions(), *readers())}


def seconds(call: Callable[[Any], Any], value: Any) -> float:
    """Processor time of a call; whatever it raises costs time, too."""
    began = time.process_time()
    with contextlib.suppress(Exception):
        call(value)
    return time.process_time() - began


def is_linear(call: Callable[[Any], Any], value_of: Callable[[int], Any], length: int) -> bool:
    """Whether a value of that length takes at most MAX_RATIO times as long as one of an eighth of it."""
    long = seconds(call, value_of(length))
    if long < FLOOR_SECONDS or long <= MAX_RATIO * seconds(call, value_of(length // TIMES)):
        return True
    long = min(seconds(call, value_of(length)) for _ in range(3))
    short = min(seconds(call, value_of(length // TIMES)) for _ in range(3))
    return long < FLOOR_SECONDS or long <= MAX_RATIO * short


def test_a_function_that_is_not_linear_is_noticed() -> None:
    def blanks(length: int) -> str:
        return f"{' ' * length}!{next(numbers)}"

    assert not is_linear(lambda text: re.sub(r"\s+$", "", text), blanks, LENGTH)
    assert is_linear(str.rstrip, blanks, LENGTH)


def test_the_functions_over_text_are_found() -> None:
    assert len(CASES) > 400
    for name in (
        "vocab.folding.fold(text)", "vocab.values.date(text)", "vocab.values.address(text)",
        "vocab.values.email(text)", "vocab.geometry.shape(value)", "vocab.well_known_text.geometry_of_wkt(text)",
        "registry.model.text.shortened(text)", "registry.search.analysis.clean(text)",
        "registry.search.short_words.places(folded)", "harvesters.mapping.shorthand.spelled_out(text)",
        "api.text.formatting.prose(text)", "api.text.formatting.sentence(description)", "api.web.addresses.twin(path)",
    ):  # fmt: skip
        assert name in CASES, name


@pytest.mark.parametrize("room", sorted({name.partition("(")[0].rpartition(".")[0] for name in CASES}))
def test_work_is_in_line_with_the_length_of_the_text(room: str) -> None:
    slow = []
    for case in CASES.values():
        if case.name.partition("(")[0].rpartition(".")[0] == room:
            for beginning, filler in product(BEGINNINGS, FILLERS):

                def text(length: int, beginning: str = beginning, filler: str = filler) -> str:
                    return f"{beginning}{filler * length}!{next(numbers)}"

                if not is_linear(case.call, text, LENGTH):
                    slow.append((case.name, beginning, filler))
    assert slow == []


# -- lists

MANY: Final = 4_000  # values


def lists() -> Iterator[Case]:
    for key in (*PACKAGE_KEYS, "tags", "groups", "theme", "resources", "spatial_coverage", "temporal_coverage"):
        yield Case(f"package {key}", partial(package_with, key))
    for kind in ("dataset", "project"):
        for field in fields_of(kind):
            yield Case(f"{kind} {field.name}", partial(item_with, kind, field.name))


def values_of(key: str) -> list[Callable[[int], Any]]:
    """Lists of many values: texts, objects; each value is another one."""
    return [
        lambda length: [f"https://a.example/{key}/{number}" for number in range(length)],
        lambda length: [f"wort {number}" for number in range(length)],
        lambda length: [
            {"key": f"k{number}", "value": "v", "name": f"N{number}", "url": f"https://a.example/{number}",
             "start": f"{1000 + number}", "access_url": "https://a.example/same", "text": f"Ort {number}"}
            for number in range(length)
        ],
        lambda length: {f"k{number}": f"v{number}" for number in range(length)},
    ]  # fmt: skip


@pytest.mark.parametrize("case", list(lists()), ids=lambda case: case.name)
def test_work_is_in_line_with_the_number_of_values(case: Case) -> None:
    assert all(is_linear(case.call, value_of, MANY) for value_of in values_of(case.name.replace(" ", "/")))
