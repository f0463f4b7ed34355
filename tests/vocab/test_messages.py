"""The catalogue of messages: every language says the same things, and a language joins by its file alone."""

import ast
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from registry.model.message import message, sentence, translations
from registry.rules import RULES
from tests.structure import nodes, product
from vocab import messages

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
OWN_WORDS = {"former-text"}  # has the words of each language among its values
PARSERS_WORDS = ("{words}", "{words}.")  # a sentence that leaves English readers the words of a parser


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{(\w+)", text))


@cache
def classes_below(name: str) -> frozenset[str]:
    """The name of a class and those of the classes below it, at any depth."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for _, _, tree in product()
        for node in nodes(tree)
        if isinstance(node, ast.ClassDef)
    }
    below = {name}
    while new := {name for name, above in bases.items() if above & below} - below:
        below |= new
    return frozenset(below)


def maker(call: ast.Call) -> str:
    """`X` for `X(…)` and `module.X(…)`."""
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def calls_with_code(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.expr]]:
    """`message(…)` and the making of an error, each with its code; twice where the code is `a if … else b`."""
    makers = {"message", *classes_below("LotseError")}
    for node in nodes(tree):
        if isinstance(node, ast.Call) and maker(node) in makers and node.args:
            yield from ((node, code) for code in branches(node.args[0]))


def branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from branches(node.body)
        yield from branches(node.orelse)
    else:
        yield node


def is_code(node: ast.expr) -> bool:
    """Whether the catalogue has this code; for f"start-{…}", whether it has one that begins so."""
    match node:
        case ast.Constant():
            return messages.is_known(str(node.value))
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
            return any(code.startswith(start) for code in messages.catalogue("en"))
        case _:
            return False


def missing_values(call: ast.Call, code: ast.expr) -> set[str]:
    """The placeholders of a constant code, in any language, for which the call gives no value."""
    if not isinstance(code, ast.Constant) or any(keyword.arg is None for keyword in call.keywords):
        return set()
    given = {keyword.arg for keyword in call.keywords}
    if maker(call) in classes_below("UnreadableError"):
        given.add("place")  # its second argument
    templates = (messages.template(str(code.value), lang) for lang in messages.languages())
    return {name for template in templates for name in placeholders(template)} - given


def strings() -> set[str]:
    """Every string of the code; of those with values, the part before them with all that the catalogue goes on with."""
    found: set[str] = set()
    for _, _, tree in product():
        for node in nodes(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if start.count("-") and start.endswith("-"):
                    found |= {code for code in messages.catalogue("en") if code.startswith(start)}
    return found


def test_every_language_has_every_code_with_the_same_placeholders() -> None:
    english = messages.catalogue("en")
    assert len(english) > 300
    for lang in messages.languages():
        other = messages.catalogue(lang)
        assert other.keys() == english.keys(), lang
        for code, entry in english.items():
            assert other[code].message.strip(), (lang, code)
            assert bool(other[code].remedy) == bool(entry.remedy), (lang, code)
            if code not in OWN_WORDS and entry.message not in PARSERS_WORDS:
                assert placeholders(other[code].message) == placeholders(entry.message), (lang, code)


def test_a_code_stands_in_one_table_of_its_file() -> None:
    for lang in messages.languages():
        tables = tomllib.loads((messages.FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
        times = Counter(code for table in tables.values() for code in table)
        assert [code for code, number in times.items() if number > 1] == [], lang


def test_every_code_in_use_is_in_the_catalogue() -> None:
    unknown = [
        f"{file}:{call.lineno} {ast.unparse(code)}"
        for file, _, tree in product()
        for call, code in calls_with_code(tree)
        if isinstance(code, ast.Constant | ast.JoinedStr) and not is_code(code)
    ]
    assert not unknown, "these are no codes of vocab/messages"


def test_every_sentence_gets_the_values_that_it_names() -> None:
    missing = [
        f"{file}:{call.lineno} {ast.unparse(code)}: {names}"
        for file, _, tree in product()
        for call, code in calls_with_code(tree)
        if (names := missing_values(call, code))
    ]
    assert not missing, "these calls give no value for a placeholder"


@pytest.mark.parametrize(
    ("call", "unknown", "missing"),
    [
        ("message('run-unknown', number=7)", [], set()),
        ("errors.NotFoundError('run-unknown', nummer=7)", [], {"number"}),
        ("NotFoundError('run-unknown', **values)", [], set()),
        ("errors.NotFoundError('run-nobody-knows')", ["'run-nobody-knows'"], set()),
        ("UsageError('run-unknown' if x else 'no-such-code', number=7)", ["'no-such-code'"], set()),
        ("UsageError('sign-in-first' if x else 'run-unknown')", [], {"number"}),
        ("message(f'search-few-{kind}')", [], set()),
        ("message(f'find-few-{kind}')", ["f'find-few-{kind}'"], set()),
        ("message(f'{kind}-unknown')", ["f'{kind}-unknown'"], set()),
        ("ReadingTimeoutError('file-unreadable', place, where=x, remedy=y)", [], set()),
        ("SourceError('file-unreadable', place, where=x, remedy=y)", [], {"place"}),
    ],
)
def test_a_wrong_code_and_a_missing_value_are_found(call: str, unknown: list[str], missing: set[str]) -> None:
    calls = list(calls_with_code(ast.parse(call)))
    assert calls
    assert [ast.unparse(code) for _, code in calls if not is_code(code)] == unknown
    assert {name for node, code in calls for name in missing_values(node, code)} == missing


def test_every_code_of_the_catalogue_is_used() -> None:
    used = strings()
    assert not [code for code in messages.catalogue("en") if code not in used and code not in RULES]


def test_every_rule_has_a_sentence_and_a_remedy() -> None:
    for name in RULES:
        for lang in messages.languages():
            assert messages.template(name, lang) != name
            assert messages.remedy(name, lang)


def test_codes_are_written_alike() -> None:
    assert all(CODE.fullmatch(code) for code in messages.catalogue("en"))


@pytest.fixture
def with_a_third_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(messages.FOLDER, tmp_path / "messages", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "xx.toml").write_text(
        '[errors]\nrun-unknown = "xx {number}"\n'
        '[rules]\ntitle-missing.message = "xx titre"\ntitle-missing.remedy = "xx faire"\n'
    )
    monkeypatch.setattr(messages, "FOLDER", folder)


@pytest.mark.usefixtures("with_a_third_language")
def test_a_language_joins_by_its_file() -> None:
    assert messages.languages() == ("de", "en", "xx")
    assert sentence(message("run-unknown", number=7), "xx") == "xx 7"
    assert translations(message("run-unknown", number=7)) == {
        "de": "Den Lauf 7 gibt es nicht.",
        "en": "There is no run 7.",
        "xx": "xx 7",
    }
    assert RULES["title-missing"].message["xx"] == "xx titre"
    assert RULES["title-missing"].remedy["xx"] == "xx faire"


@pytest.mark.usefixtures("with_a_third_language")
def test_what_a_language_lacks_is_given_in_english() -> None:
    assert sentence(message("sign-in-first"), "xx") == "Please sign in."
    assert sentence(message("sign-in-first"), "fr") == "Please sign in."
