"""What is told of a run: every problem, how often each rule was broken, and why it failed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from harvesters.plan import Plan
from harvesters.reading import Reading
from harvesters.steps import Pass, parts
from registry.errors import LotseError, SourceError
from registry.model import Problem, Text
from registry.rules import RULES, finding

REPORTED: Final = 5_000  # problems in one transaction
WHOLE: Final = ("applied", "unchanged")  # outcomes of a run that left nothing behind but what it named
NO_PLAN: Final = Plan((), complete=False, published=0)
NOTHING: Final[Text] = {
    "de": "Die Quelle nennt nichts, und es war auch noch nichts von ihr bekannt. Prüfen Sie Adresse und Einstellungen.",
    "en": "The source names nothing, and nothing of it was known before. Check its address and settings.",
}


def report(one: Pass, planned: Plan, pages: Sequence[Problem], same: bool = False) -> Mapping[str, int]:
    """Writes every problem down; how often each rule was broken. `same`: as the run before."""
    if same and not pages and (rules := _reported_before(one, planned.listed)):
        return rules
    counted: Counter[str] = Counter()
    place = 0
    for part in parts(chain(pages, _problems(one, planned)), REPORTED):
        place = one.ledger.report(one.run.number, part, place)
        counted.update(problem.finding.rule for problem in part)
    return dict(counted.most_common())


def _reported_before(one: Pass, listed: int) -> Mapping[str, int] | None:
    """Copies what the run before this one reported, if it was a whole one and named the same things."""
    before = next((run for run in one.ledger.runs(one.name, 2) if run.number != one.run.number), None)
    whole = before and before.complete and before.outcome in WHOLE and before.listed == listed
    if before is None or not whole or "id-twice" in before.rules:
        return None
    wanted = sum(before.rules.values())
    return before.rules if one.ledger.copy_problems(before.number, one.run.number, wanted) else None


def _problems(one: Pass, planned: Plan) -> Iterator[Problem]:
    for remote_id, twice, findings in one.ledger.staging.findings(one.name, one.run.number):
        if twice:
            yield Problem(remote_id, finding("id-twice", value=remote_id))
        for found in findings:
            yield Problem(remote_id, found)
    yield from planned.problems


def reason(error: Exception) -> Text:
    """Why a run failed: the source's fault in its own words, another as what it is."""
    if not isinstance(error, LotseError):
        words = f"{type(error).__name__}: {error}"
        return {"de": f"Der Lauf brach ab: {words}", "en": f"The run broke off: {words}"}
    said = "Die Quelle antwortet nicht, wie sie sollte" if isinstance(error, SourceError) else "Der Lauf brach ab"
    return {"de": error.detail.get("de") or f"{said}: {error.message}", "en": error.message}


def nothing(reading: Reading) -> Text:
    """Why nothing was named: what stood on the page, if that could not be read."""
    if not reading.problems:
        return NOTHING
    page, rule = reading.problems[0], RULES[reading.problems[0].finding.rule]
    return {lang: f"{page.record}: {page.finding.value}. {rule.remedy[lang]}" for lang in ("de", "en")}
