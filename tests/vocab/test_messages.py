"""The catalogue of messages: every language says the same things, and a language joins by its file alone."""

import ast
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from registry.model.message import message, sentence, translations
from registry.rules import RULES
from tests.paths import ROOT
from vocab import messages

FLOORS = ("vocab", "registry", "harvesters", "api")
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
OWN_WORDS = {"former-text"}  # has the words of each language among its values
PARSERS_WORDS = ("{words}", "{words}.")  # a sentence that leaves English readers the words of a parser


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{(\w+)", text))


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    paths = (path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py")))
    return [(path.relative_to(ROOT), ast.parse(path.read_text())) for path in paths]


def error_classes() -> set[str]:
    """The names of LotseError and the classes below it: what they are raised with is a code."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    errors = {"LotseError"}
    while new := {name for name, above in bases.items() if above & errors} - errors:
        errors |= new
    return errors


def calls_with_code() -> Iterator[tuple[Path, ast.Call]]:
    """`message(…)` and the making of an error."""
    makers = {"message", *error_classes()}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers and node.args:
                yield path, node


def strings() -> set[str]:
    """Every string of the code; of those with values, the part before them with all that the catalogue goes on with."""
    found: set[str] = set()
    for _, tree in trees():
        for node in ast.walk(tree):
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


def test_every_code_in_use_is_in_the_catalogue() -> None:
    unknown = [
        f"{path}:{call.lineno} {ast.unparse(call.args[0])}"
        for path, call in calls_with_code()
        if isinstance(call.args[0], ast.Constant | ast.JoinedStr) and not _is_a_code(call.args[0])
    ]
    assert not unknown, "these are no codes of vocab/messages"


def _is_a_code(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return messages.is_known(str(node.value))
    return isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)


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
