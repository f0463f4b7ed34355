"""The rule of a source's mapping that fills a field."""

from harvesters.mapping.mapping_rules import mapping_rule
from registry.model import Source
from registry.model.message import sentence
from vocab.fields import field


def rule(kind: str, name: str, **settings: str) -> str:
    named = {key.replace("__", "."): value for key, value in settings.items()}
    source = Source(name="q", kind=kind, url="https://q.example.org", settings=named)
    return sentence(mapping_rule(source, field("dataset", name)), "de")


def test_each_kind_of_source_names_its_rule() -> None:
    assert rule("dcat", "title") == "Eigenschaft dct:title"
    assert rule("ckan", "title") == "CKAN-Feld: title_translated, title"
    assert rule("sheet", "title") == "Feld „title“ der Quelle"
    assert rule("json", "publisher", const__publisher="Amt") == "Fester Wert der Quelle: const.publisher=Amt"
    assert rule("json", "publisher", map__publisher__name="amt") == "Zuordnung der Quelle: map.publisher.name=amt"
