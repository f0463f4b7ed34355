"""Catalogues in RDF over real HTTP: serialisations, Hydra pages of both kinds, links that lead astray."""

import gzip
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from harvesters.harvester import Item, Mark
from harvesters.kinds import dcat
from registry.errors import SourceError, TooLargeError, UsageError
from registry.fetch.session import session
from registry.model import Metadata, Source
from registry.model.message import bilingual, sentence
from registry.rules import MAX_FINDINGS_PER_ITEM
from registry.settings import Settings
from tests.servers.replay import Fault, Files, files_server
from tests.town import Town

Reading = tuple[list[Item], list[Mark]]
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""
FORMATS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
}


def a_dataset(n: int, more: str = "") -> str:
    return f"""<https://daten.example.org/{n}> a dcat:Dataset ;
  dct:title "Datensatz {n}"@de ; dct:description "Worte."@de ; {more}
  dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://daten.example.org/{n}.csv> ] .
"""


def turtle(*statements: str) -> bytes:
    return (PREFIXES + "".join(statements)).encode()


def a_source(files: Files, path: str = "/catalog.ttl", **settings: str) -> Source:
    return Source(name="stadt", kind="dcat", url=files.url + path, settings=settings)


def read(files: Files, path: str = "/catalog.ttl", after: str | None = None, **settings: str) -> Reading:
    items: list[Item] = []
    marks: list[Mark] = []
    with session(Settings(allow_hosts=("127.0.0.1",))) as http:
        for entry in dcat.read(a_source(files, path, **settings), http, after):
            items.append(entry) if isinstance(entry, Item) else marks.append(entry)
    return items, marks


def ids(items: list[Item]) -> list[str]:
    return [item.remote_id.removeprefix("https://daten.example.org/") for item in items]


def mapped(items: list[Item], language: str = "") -> list[Metadata]:
    source = Source(name="stadt", kind="dcat", url="https://daten.example.org/catalog.ttl", language=language)
    return [dcat.to_metadata(item, source)[0] for item in items]


@pytest.fixture
def files() -> Iterator[Files]:
    with files_server({}) as server:
        yield server


def put(files: Files, path: str, content: bytes, media_type: str = "text/turtle") -> None:
    files.files[path] = (content, media_type)


# -- one file


@pytest.mark.parametrize("told_by", ["content type", "suffix", "content"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_says_the_same_in_every_serialisation(files: Files, name: str, told_by: str) -> None:
    plain = turtle(*(a_dataset(n) for n in range(3)))
    media_type, form = FORMATS[name]
    content = ox.serialize(ox.parse(plain, ox.RdfFormat.TURTLE), format=form)
    path = f"/catalog.{name}" if told_by == "suffix" else "/catalog"
    put(files, path, content or b"", media_type if told_by == "content type" else "application/octet-stream")
    items, marks = read(files, path)
    assert sorted(ids(items)) == ["0", "1", "2"]
    assert marks[-1].end
    put(files, "/plain", plain)
    assert {one.payload for one in items} == {one.payload for one in read(files, "/plain")[0]}


def test_catalogues_entries_and_agents_are_not_listed(files: Files) -> None:
    put(files, "/catalog.ttl", turtle(a_dataset(1), """
        <https://daten.example.org/> a dcat:Catalog ; dcat:dataset <https://daten.example.org/1> .
        <https://daten.example.org/e> a dcat:CatalogRecord ; dct:title "Eintrag"@de .
        <https://daten.example.org/a> a foaf:Agent ; foaf:name "Amt"@de ."""))  # fmt: skip
    assert ids(read(files)[0]) == ["1"]


def test_organizations_are_listed_if_they_are_asked_for(files: Files) -> None:
    agent = '<https://daten.example.org/a> a foaf:Organization ; foaf:name "Amt"@de .'
    put(files, "/catalog.ttl", turtle(a_dataset(1), agent))
    items, _ = read(files, kind="organization")
    assert ids(items) == ["a"]
    with pytest.raises(UsageError, match="kind"):
        read(files, kind="amt")


def test_a_packed_file_is_unpacked(files: Files) -> None:
    put(files, "/catalog.ttl.gz", gzip.compress(turtle(a_dataset(1))), "application/gzip")
    assert ids(read(files, "/catalog.ttl.gz")[0]) == ["1"]


def test_a_file_that_unpacks_without_end_is_refused(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dcat, "MAX_PAGE_BYTES", 100_000)
    put(files, "/catalog.ttl.gz", gzip.compress(b"#" * 1_000_000), "application/gzip")
    with pytest.raises(TooLargeError, match="100000"):
        read(files, "/catalog.ttl.gz")


def test_words_without_a_tag_are_in_the_language_of_the_source(files: Files) -> None:
    put(files, "/catalog.ttl", turtle(
        '<https://daten.example.org/1> a dcat:Dataset ; dct:title "Radwege", "Cycle paths"@en ; dcat:keyword "Rad" ; '
        'dct:publisher [ a foaf:Agent ; foaf:name "Amt" ] .'))  # fmt: skip
    (one,) = mapped(read(files)[0], "de")
    assert one.title == {"de": "Radwege", "en": "Cycle paths"}
    assert one.keywords == {"de": ("Rad",)}
    assert one.publisher
    assert one.publisher.name == {"de": "Amt"}
    (untold,) = mapped(read(files)[0])
    assert untold.title == {"und": "Radwege", "en": "Cycle paths"}


# -- pages


def page(files: Files, n: int, last: int, kind: str, total: int | None, next: str | None = None) -> bytes:
    """A Hydra page with two datasets; `kind`: old (literals) or new (IRIs)."""
    address = f"{files.url}/catalog.ttl?page={{}}".format
    following = next if next is not None else address(n + 1) if n < last else ""
    form, link = {
        "old": ("hydra:PagedCollection", f'hydra:nextPage "{following}"'),
        "new": ("hydra:PartialCollectionView", f"hydra:next <{following}>"),
    }[kind]
    words = [f"a {form}", *([link] if following else []), *([f"hydra:totalItems {total}"] if total is not None else [])]
    return turtle(a_dataset(2 * n), a_dataset(2 * n + 1), f"<{address(n)}> {' ; '.join(words)} .")


def put_pages(files: Files, last: int, kind: str = "new", total: int | None = None) -> None:
    for n in range(1, last + 1):
        put(files, f"/catalog.ttl?page={n}", page(files, n, last, kind, total))


FIRST = "/catalog.ttl?page=1"


@pytest.mark.parametrize("kind", ["old", "new"])
def test_hydra_pages_are_followed_to_the_last(files: Files, kind: str) -> None:
    put_pages(files, 4, kind, total=8)
    items, marks = read(files, FIRST)
    assert ids(items) == [str(n) for n in range(2, 10)]
    assert [mark.end for mark in marks] == [False, False, False, True]
    assert [mark.total for mark in marks] == [8] * 4


def test_a_killed_run_goes_on_at_the_next_page(files: Files) -> None:
    put_pages(files, 4)
    _, marks = read(files, FIRST)
    items, again = read(files, FIRST, marks[1].token)
    assert ids(items) == ["6", "7", "8", "9"]
    assert again == marks[2:]


def test_a_relative_link_to_the_next_page_is_followed(files: Files) -> None:
    put(files, FIRST, page(files, 1, 2, "old", None, next="?page=2"))
    put(files, "/catalog.ttl?page=2", page(files, 2, 2, "old", None))
    assert ids(read(files, FIRST)[0]) == ["2", "3", "4", "5"]


@pytest.mark.parametrize("back_to", [1, 2])
def test_links_in_a_loop_are_not_followed_and_the_listing_is_not_whole(files: Files, back_to: int) -> None:
    put_pages(files, 2)
    put(files, "/catalog.ttl?page=2", page(files, 2, 2, "new", None, next=f"{files.url}/catalog.ttl?page={back_to}"))
    items, marks = read(files, FIRST)
    assert ids(items) == ["2", "3", "4", "5"]
    assert len(files.requests) == 2
    assert not marks[-1].end
    assert [one.rule for one in marks[-1].findings] == ["listing-partial"]


def test_a_last_page_that_names_itself_is_the_last_if_the_number_of_things_says_so(files: Files) -> None:
    put_pages(files, 2, total=4)
    put(files, "/catalog.ttl?page=2", page(files, 2, 2, "new", 4, next=f"{files.url}/catalog.ttl?page=2"))
    items, marks = read(files, FIRST)
    assert len(items) == 4
    assert (marks[-1].end, marks[-1].total, marks[-1].findings) == (True, 4, ())


def test_a_next_page_on_another_host_is_not_asked_for_unless_it_is_allowed(files: Files) -> None:
    with files_server({}) as other:
        put(files, FIRST, page(files, 1, 2, "new", None, next=f"{other.url}/catalog.ttl?page=2"))
        put(other, "/catalog.ttl?page=2", page(other, 2, 2, "new", None))
        items, marks = read(files, FIRST)
        assert ids(items) == ["2", "3"]
        assert other.connections == 0
        assert not marks[-1].end
        host = other.url.removeprefix("http://")
        assert f"hosts={host}" in str(marks[-1].findings[0].value)
        items, marks = read(files, FIRST, hosts=host)
        assert ids(items) == ["2", "3", "4", "5"]
        assert marks[-1].end


# -- what is broken


def test_a_first_page_that_cannot_be_read_is_named_with_place_and_remedy(files: Files) -> None:
    put(
        files,
        "/catalog.rdf",
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<oops></rdf:RDF>',
        "",
    )
    with pytest.raises(SourceError, match=r"catalog\.rdf.*line 2.*Check the named place"):
        read(files, "/catalog.rdf")


def test_a_later_page_that_cannot_be_read_is_named_and_the_others_come_in(town: Town, files: Files) -> None:
    put_pages(files, 3)
    source = a_source(files, FIRST)
    assert town.harvest(source=source, wait=False).counts["added"] == 6
    put(files, "/catalog.ttl?page=2", b"<rdf:RDF><oops>", "application/rdf+xml")
    put(files, FIRST, page(files, 1, 3, "new", None).replace(b"Datensatz 2", b"Datensatz zwei"))
    run = town.harvest(source=source, wait=False)
    assert (run.outcome, run.complete, run.counts["changed"], run.counts["gone"]) == ("applied", False, 1, 0)
    assert ("listing-partial" in run.rules, len(town.records("stadt"))) == (True, 6)
    (problem,) = [one for one in town.catalog.runs.problems(run.number) if one.finding.rule == "listing-partial"]
    assert "catalog.ttl" in problem.record
    assert "line 1" in bilingual(problem.finding.value)


def test_a_statement_that_cannot_be_read_costs_itself_and_nothing_is_withdrawn(town: Town, files: Files) -> None:
    source = a_source(files)
    put(files, "/catalog.ttl", turtle(*(a_dataset(n) for n in range(3))))
    assert town.harvest(source=source, wait=False).counts["added"] == 3
    broken = a_dataset(1).replace("dct:description", "dct:alternative oops ; dct:description")
    put(files, "/catalog.ttl", turtle(a_dataset(0), broken, a_dataset(2)))
    run = town.harvest(source=source, wait=False)
    assert (run.complete, run.counts["same"], run.counts["gone"]) == (False, 2, 0)
    (problem,) = [one for one in town.catalog.runs.problems(run.number) if one.finding.rule == "listing-partial"]
    assert "line 7" in bilingual(problem.finding.value)
    assert len(town.records("stadt")) == 3


@pytest.mark.parametrize(
    "fault",
    [Fault(500), Fault(404), Fault(cut=60), Fault(body=b"<!DOCTYPE html><html>", type="text/html"), Fault(body=b"")],
)
def test_no_answer_on_any_page_ends_the_run_and_nothing_is_withdrawn(town: Town, files: Files, fault: Fault) -> None:
    put_pages(files, 3)
    source = a_source(files, FIRST)
    assert town.harvest(source=source, wait=False).counts["added"] == 6
    for place in ("page=1", "page=2"):
        files.faults = {place: fault}
        run = town.harvest(source=source, wait=False)
        assert run.counts["gone"] == 0
        assert len(town.records("stadt")) == 6
    files.faults = {}
    assert town.harvest(source=source, wait=False).outcome == "unchanged"


def test_a_web_page_in_place_of_rdf_is_named_so(files: Files) -> None:
    put(files, "/catalog.ttl", b"<!DOCTYPE html><html><body>Portal", "text/html")
    with pytest.raises(SourceError, match="web page, not RDF"):
        read(files)


def test_a_link_to_the_next_page_must_not_lead_inside(files: Files) -> None:
    put(files, FIRST, page(files, 1, 2, "new", None, next="http://169.254.169.254/latest/meta-data"))
    items, marks = read(files, FIRST)
    assert ids(items) == ["2", "3"]
    assert "169.254.169.254" in str(marks[-1].findings[0].value)


def test_a_packed_file_may_have_members_but_must_not_break_off(files: Files) -> None:
    packed = gzip.compress(turtle(a_dataset(1))) + gzip.compress(a_dataset(2).encode())
    put(files, "/catalog.ttl", packed)
    assert ids(read(files)[0]) == ["1", "2"]
    put(files, "/catalog.ttl", packed[:-20])
    with pytest.raises(SourceError, match="breaks off"):
        read(files)


def test_who_asks_is_not_named_in_the_addresses_of_things(files: Files) -> None:
    page = "@prefix dcat: <http://www.w3.org/ns/dcat#> . <#a> a dcat:Dataset ; <http://purl.org/dc/terms/title> 'A' ."
    files.files["/relativ.ttl"] = (page.encode(), "text/turtle")
    url = f"{files.url.replace('//', '//u:SECRET@')}/relativ.ttl?token=SECRET"
    with session(Settings(allow_hosts=("127.0.0.1",))) as http:
        read_ = list(dcat.read(Source(name="stadt", kind="dcat", url=url), http, None))
    (one,) = [entry for entry in read_ if isinstance(entry, Item)]
    assert one.remote_id == f"{files.url}/relativ.ttl#a"
    assert b"SECRET" not in one.payload


def test_the_next_page_is_asked_by_the_same_user() -> None:
    assert dcat._signed_in("https://h.example/2", "https://u:pw@h.example/1") == "https://u:pw@h.example/2"
    assert dcat._signed_in("https://other.example/2", "https://u:pw@h.example/1") == "https://other.example/2"


@pytest.mark.parametrize(
    "words",
    ["<file:///etc/passwd>", '"file:///etc/passwd"', '"http://["', '"javascript:alert(1)"', "<http://[::1]/>"],
)
def test_a_next_page_that_is_no_web_address_is_named_and_nothing_is_withdrawn(files: Files, words: str) -> None:
    view = f"<{files.url}{FIRST}> a hydra:PartialCollectionView ; hydra:next {words} ."
    put(files, FIRST, turtle(a_dataset(1), view))
    items, marks = read(files, FIRST)
    assert ids(items) == ["1"]
    assert not marks[-1].end
    assert "nächste" in sentence(marks[-1].findings[0].value, "de")
    assert len(files.requests) == 1


def test_a_link_to_a_next_page_that_says_nothing_is_none(files: Files) -> None:
    for words in ("[]", '""'):
        put(files, FIRST, turtle(a_dataset(1), f"<{files.url}{FIRST}> hydra:next {words} ."))
        assert read(files, FIRST)[1][-1].end


def test_things_without_an_iri_do_not_share_their_label(town: Town, files: Files) -> None:
    source = a_source(files)
    put(files, "/catalog.ttl", turtle("[] a dcat:Dataset ; dct:title 'A' .", "[] a dcat:Dataset ; dct:title 'B' ."))
    run = town.harvest(source=source, wait=False)
    assert (run.counts["added"], "iri-twice" in run.rules) == (2, False)
    put(files, "/catalog.ttl", turtle("[] a dcat:Dataset ; dct:title 'A' .", "[] a dcat:Dataset ; dct:title 'C' ."))
    counts = town.harvest(source=source, wait=False).counts
    assert (counts["same"], counts["added"], counts["moved"], counts["gone"]) == (1, 1, 0, 1)


def test_a_thing_of_which_there_is_very_much_to_say_is_told_shortly(town: Town, files: Files) -> None:
    titles = ", ".join(f'"Titel {n}"' for n in range(2_000))
    put(
        files,
        "/catalog.ttl",
        turtle(a_dataset(1), f"<https://daten.example.org/2> a dcat:Dataset ; dct:title {titles} ."),
    )
    run = town.harvest(source=a_source(files), wait=False)
    assert (run.counts["added"], run.rules["value-extra"]) == (2, MAX_FINDINGS_PER_ITEM + 1)
