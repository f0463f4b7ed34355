# ruff: noqa: E501  Turtle
"""Which things a graph describes, what belongs to each, and that the payload depends on the graph only.

Covers: registry/rdf/catalogue.py
"""

import random

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from registry.rdf.canonical import MIN_KNOT_NODES, Work, canonical
from registry.rdf.descriptions import things
from registry.rdf.parsing import parse

TTL = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix schema: <http://schema.org/> . @prefix org: <http://www.w3.org/ns/org#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix cpsv: <http://purl.org/vocab/cpsv#> . @base <https://x.example/> .
"""


def found(text: str, **more):
    return list(things(parse((TTL + text).encode(), name="a.ttl").graph, **more))


def test_things_are_what_can_be_an_entry_and_is_described():
    text = """
<d> a dcat:Dataset ; dct:title "D" . <s> a dcat:DatasetSeries, dcat:Dataset ; dct:title "S" .
<a> a dcat:DataService ; dct:title "A" . <p> a foaf:Project ; dct:title "P" . <e> a schema:Event ; schema:name "E" .
<l> a cpsv:PublicService ; dct:title "L" . <c> a dcat:Catalog ; dct:title "C" . <r> a dcat:CatalogRecord ; dct:title "R" .
<o> a foaf:Agent ; foaf:name "O" . <v> a dcat:Dataset . <x> a prov:Activity ; dct:title "X" .
"""
    assert {one.iri.rpartition("/")[2] for one in found(text)} == set("dsapel")
    assert {one.iri.rpartition("/")[2] for one in found(text, kinds=("organization",))} == {"o"}


def test_a_thing_comes_with_its_parts_and_without_other_things():
    text = """
<d> a dcat:Dataset ; dct:title "D" ; dct:publisher <o> ; dcat:distribution <f> ; dct:relation <e> ; dct:spatial [ dcat:x [ dcat:y "tief" ] ] ;
  adms:sample <probe> ; dct:subject <thema> .
<o> foaf:name "O" . <f> a dcat:Distribution ; dct:title "F" ; dcat:accessService <a> . <e> a dcat:Dataset ; dct:title "E" .
<probe> a dcat:Distribution ; dct:title "Probe" . <thema> dct:title "Thema" . <a> a dcat:DataService ; dct:title "A" .
"""
    payload = next(one for one in found(text) if one.iri.endswith("/d")).payload.decode()
    for words in ('"O"', '"F"', '"tief"', '"Probe"'):
        assert words in payload
    for words in ('"E"', '"Thema"', '"A"'):
        assert words not in payload


def test_a_distribution_that_is_a_dataset_too_is_both():
    one, other = found('<d> a dcat:Dataset ; dct:title "D" ; dcat:distribution <f> .'
                       '<f> a dcat:Dataset, dcat:Distribution ; dct:title "F" ; dcat:distribution <d> .')  # fmt: skip
    assert b'"F"' in one.payload
    assert one.payload.count(b"dcat#Dataset>") == 1
    assert other.payload.count(b"dcat#Dataset>") == 1


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ('[] a dcat:Dataset ; dct:title "T" ; dct:identifier "b", "a" ; dcat:landingPage <l> .', "a"),
        ('[] a dcat:Dataset ; dct:title "T" ; dcat:landingPage <l> .', "https://x.example/l"),
        ('[] a dcat:Dataset ; dct:title "T" ; dcat:distribution [ dcat:accessURL <z>, <y> ] .', "https://x.example/y"),
        ('[] a dcat:Dataset ; dct:title "T" ; dct:publisher [ foaf:name "P" ] .', "T (P)"),
        ('[] a dcat:Dataset ; dct:title "T" .', "T"),
        ('[] a dcat:Dataset ; dct:description "ohne alles" .', ""),
    ],
)
def test_a_thing_without_an_iri_has_an_id_all_the_same(text, id):
    (one,) = found(text)
    assert one.remote_id == id
    assert one.iri == ""


def test_equal_ids_are_told_apart_by_title_then_by_a_count():
    text = """[] a dcat:Dataset ; dct:title "T" ; dct:identifier "1" . [] a dcat:Dataset ; dct:title "U" ; dct:identifier "1" .
[] a dcat:Dataset ; dct:title "V" ; dct:description "a" . [] a dcat:Dataset ; dct:title "V" ; dct:description "b" ."""
    ids = sorted(one.remote_id for one in found(text))
    assert ids == ["1 T", "1 U", "V V", "V V 2"]


# -- canonical N-Triples


def relabelled(graph: dict[str, list[tuple[str, str]]], seed: int) -> dict[str, list[tuple[str, str]]]:
    chance = random.Random(seed)
    blank = sorted({term for s, about in graph.items() for term in (s, *(o for _, o in about)) if term[0] == "_"})
    names = dict(zip(blank, chance.sample([f"_:x{n}" for n in range(len(blank))], len(blank)), strict=True))
    lines = [(names.get(s, s), p, names.get(o, o)) for s, about in graph.items() for p, o in about]
    chance.shuffle(lines)
    changed: dict[str, list[tuple[str, str]]] = {}
    for s, p, o in lines:
        changed.setdefault(s, []).append((p, o))
    return changed


NODES = st.sampled_from(["<d>", "_:a", "_:b", "_:c", "_:e"])
TRIPLES = st.lists(
    st.tuples(NODES, st.sampled_from(["<p>", "<q>"]), NODES | st.sampled_from(['"1"', '"2"'])), max_size=10
)


def canonical_of(graph: dict[str, list[tuple[str, str]]]) -> bytes:
    closure = {node.encode(): [f"{p} {o}".encode() for p, o in about] for node, about in graph.items()}
    edges = {node: [(p.encode(), o.encode()) for p, o in about if o[0] == "_"] for node, about in graph.items()}
    return canonical(closure, {node.encode(): below for node, below in edges.items() if below}, b"<d>")


def graph_of(triples: list[tuple[str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    """What can be reached from <d>, as in a closure."""
    graph, waiting = {"<d>": [("<t>", '"T"')]}, ["<d>"]
    while waiting:
        node = waiting.pop()
        graph.setdefault(node, [])
        for s, p, o in triples:
            if s == node and (p, o) not in graph[node]:
                graph[node].append((p, o))
                if o not in graph and o[0] != '"':
                    waiting.append(o)
    return {node: about for node, about in graph.items() if about}


KNOTS = st.sampled_from((2, MIN_KNOT_NODES))  # from how many nodes on a knot is told apart by itself


@settings(deadline=None)
@given(TRIPLES, st.integers(0, 1000), KNOTS)
def test_the_payload_does_not_depend_on_labels_or_order(triples, seed, least):
    graph = graph_of(triples)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("registry.rdf.canonical.MIN_KNOT_NODES", least)
        assert canonical_of(relabelled(graph, seed)) == canonical_of(graph)


@settings(deadline=None)
@given(TRIPLES, TRIPLES, KNOTS)
def test_different_graphs_have_different_payloads(one, other, least):
    def both(triples):
        graph = graph_of(triples)
        lines = "".join(f"{s} {p} {o} .\n" for s, about in graph.items() for p, o in about)
        return canonical_of(graph), rdflib.Graph().parse(data=lines.replace("<", "<http://x.example/"), format="nt")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("registry.rdf.canonical.MIN_KNOT_NODES", least)
        (payload, graph), (other_payload, other_graph) = both(one), both(other)
    assert (payload == other_payload) == isomorphic(graph, other_graph)


def test_too_many_blank_nodes_cost_one_record_and_not_the_time():
    knot = "".join(f"_:n{a} dct:relation _:n{b} ." for a in range(30) for b in range(30) if a != b)
    text = f'<d> a dcat:Dataset ; dct:title "D" ; dct:spatial _:n0 . {knot} <e> a dcat:Dataset ; dct:title "E" .'
    errors = {one.iri: one.error and one.error.rule for one in found(text)}
    assert errors == {"https://x.example/d": "too-large", "https://x.example/e": None}


def chained(size: int, label: str = "n") -> str:
    """A knot whose nodes are told apart by one word at its beginning, step by step: many rounds."""
    steps = "".join(
        f"_:{label}{n} dct:relation _:{label}{(n + 1) % size} ; dct:references _:{label}{(n + size // 2) % size} ."
        for n in range(size)
    )
    return f'{steps} _:{label}0 dct:title "Anfang" .'


def test_a_knot_that_many_things_share_costs_once(monkeypatch):
    """Otherwise a page would have used up what it may cost after a few things."""
    spend, costs = Work.spend, [0]

    def counted(work, statements, colours):
        costs[-1] += statements
        spend(work, statements, colours)

    monkeypatch.setattr(Work, "spend", counted)
    for count in (1, 200):
        sharing = "".join(
            f'<d{n}> a dcat:Dataset ; dct:title "D{n}" ; dct:spatial _:n{n}, [ dct:title "T" ; dct:relation _:n7 ] .'
            for n in range(count)
        )
        assert [each.error for each in found(chained(300) + sharing)] == [None] * count
        costs.append(0)
    assert costs[0] > 10_000
    assert costs[1] < costs[0] + 200 * 50  # each thing has a few nodes of its own


def test_a_shared_knot_gives_the_same_bytes_whatever_its_labels_and_whoever_shares_it():
    def payload(label: str, others: int) -> bytes:
        sharing = "".join(f'<e{n}> a dcat:Dataset ; dct:title "E" ; dct:spatial _:{label}5 .' for n in range(others))
        more = f'<d> dct:spatial _:{label}7 ; dct:relation [ dct:title "x" ; dct:spatial _:{label}9 ] .'
        text = f'{sharing}<d> a dcat:Dataset ; dct:title "D" . {more} {chained(40, label)}'
        (thing,) = [each for each in found(text) if each.iri == "https://x.example/d"]
        return bytes(thing.payload)

    assert payload("n", 0) == payload("zz", 3) == payload("a", 1)
    assert payload("n", 0).count(b"\n") == 4 + 2 + 2 * 40 + 1


def test_things_that_share_a_large_part_are_bounded_together(monkeypatch):
    monkeypatch.setattr("registry.rdf.descriptions.MIN_BUDGET", 1_000)
    names = " ; ".join(f'foaf:name "Amt {n}"' for n in range(900))
    shared = f"<https://x.example/a> a foaf:Agent ; {names} ."
    several = [
        f'<https://x.example/{n}> a dcat:Dataset ; dct:title "D{n}" ; dct:publisher <https://x.example/a> .'
        for n in range(30)
    ]
    errors = [one.error for one in found(shared + "".join(several))]
    assert errors[0] is None
    assert errors[-1]
    assert str(errors[-1].value).endswith("statements")


def test_a_long_chain_of_blank_nodes_needs_no_recursion():
    chain = " ".join(f"_:n{n} dct:relation _:n{n + 1} ." for n in range(4_000))
    (one,) = found(f'<d> a dcat:Dataset ; dct:title "D" ; dct:spatial _:n0, [ dct:title "x" ] . {chain}')
    assert one.error is None
    assert one.payload.count(b"\n") == 4_005
