"""Files of strangers: whatever form they have, and whatever they try.

Covers: registry/rdf/repairs.py, registry/rdf/turtle_strings.py, registry/rdf/xml_guard.py, registry/syntax_errors.py
"""

import pytest

from registry import rdf
from registry.errors import SourceError, TooLargeError
from registry.model.message import bilingual, sentence
from registry.rdf.descriptions import things
from registry.rdf.parsing import parse
from registry.rdf.reading import read
from registry.rdf.terms import text_of
from registry.rdf.xml_guard import MAX_DEPTH
from tests.builders import a_record

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
XML = f'<rdf:RDF {RDF} xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#">'
TTL = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"


def test_the_form_is_told_by_type_then_suffix_then_content():
    turtle = b'<http://a.example> <http://b.example> "c" .'
    xml = f'{XML}<rdf:Description rdf:about="http://a.example"><dct:title>c</dct:title></rdf:Description></rdf:RDF>'
    json = b'{"@id": "http://a.example", "http://b.example": "c"}'
    for data, hints in (
        (turtle, {"media_type": "text/turtle; charset=utf-8", "name": "a.xml"}),
        (turtle, {"name": "https://x.example/a.ttl?page=2"}),
        (turtle, {}),
        (xml.encode(), {"media_type": "application/rdf+xml"}),
        (xml.encode(), {"media_type": "text/html", "name": "catalog"}),
        (xml.encode(), {"media_type": "application/n-triples"}),  # the content is plainly something else
        (json, {"media_type": "application/ld+json"}),
        (json, {}),
        (b"<example-ds:1> <http://b.example> <http://c.example> .", {"name": "a.nt"}),  # begins like an element
    ):
        assert len(parse(data, **hints).graph) == 1, (data, hints)


def test_xml_in_another_encoding_is_read():
    text = f'<?xml version="1.0" encoding="ENC"?>{XML}<dcat:Dataset rdf:about="http://a.example"><dct:title>Bäume</dct:title></dcat:Dataset></rdf:RDF>'
    for encoding in ("iso-8859-1", "utf-8", "utf-16", "windows-1252"):
        graph = parse(text.replace("ENC", encoding).encode(encoding), name="a.rdf").graph
        assert '<http://purl.org/dc/terms/title> "Bäume"'.encode() in graph[b"<http://a.example>"], encoding


def test_a_bare_doctype_is_dropped_and_one_with_entities_refused():
    body = XML + '<dcat:Dataset rdf:about="http://a.example"/></rdf:RDF>'
    for doctype in ("<!DOCTYPE rdf:RDF>", '<!DOCTYPE rdf:RDF PUBLIC "a>[b" "http://x.example/dtd">'):
        assert parse(f'<?xml version="1.0"?>\n<!-- c -->{doctype}{body}'.encode()).graph
    for subset in ('<!ENTITY a "b">', '<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;', ""):
        with pytest.raises(SourceError, match="DOCTYPE"):
            parse(f'<?xml version="1.0"?><!DOCTYPE rdf:RDF [{subset}]>{body}'.encode(), name="a.rdf")


def test_a_declaration_that_never_ends_holds_nobody_up():
    for start in (b"<?xml ", b'<?xml version="1.0" encoding="utf-8" '):
        with pytest.raises(SourceError):
            parse(start + b'encoding="utf-8" ' * 300_000, name="a.rdf")


@pytest.mark.parametrize("unit", ['"\\\\', '"a .\n', '"""\\\\"""x', ". #", '"a.\n# ', "'''", "<", ". \n"])
def test_strings_without_end_hold_nobody_up(unit):
    text = f'{TTL}<http://a.example> dct:title "x\n{unit * 200_000}'
    with pytest.raises(SourceError, match="line 2: a line ends inside a string"):
        parse(text.encode(), name="a.ttl")


@pytest.mark.parametrize("inside", ["", "/&gt;/>", "<!-- </a></a> -->", '<e:q e:r="/&gt;"/>'])
def test_deep_xml_is_refused_quickly_however_it_hides(inside):
    deep = 20_000
    body = f'<rdf:Description xmlns:e="http://e.example/"><e:p>{inside}' * deep + "</e:p></rdf:Description>" * deep
    with pytest.raises(SourceError, match=f"deeper than {MAX_DEPTH}"):
        parse(f"{XML}{body}</rdf:RDF>".encode(), name="a.rdf")


@pytest.mark.parametrize("inside", ["", "<!-- ein Wort -->", "<![CDATA[ ]]>", "<?hinweis ja?>"])
def test_deep_xml_is_refused_whatever_its_size(inside):
    """A file of a few kB, just above and just below the bound."""
    for depth, is_refused in ((MAX_DEPTH // 2 + 1, True), (MAX_DEPTH // 2 - 2, False)):
        body = (
            f'<rdf:Description xmlns:e="http://e.example/"><e:p>{inside}' * depth + "</e:p></rdf:Description>" * depth
        )
        data = f"{XML}{body}</rdf:RDF>".encode()
        if is_refused:
            with pytest.raises(SourceError, match=f"deeper than {MAX_DEPTH}"):
                parse(data, name="a.rdf")
        else:
            parse(data, name="a.rdf")


def test_deep_json_is_refused():
    for depth in (MAX_DEPTH + 10, 900, 30_000):
        with pytest.raises(SourceError):
            parse(b'{"http://p.example":' * depth + b'"x"' + b"}" * depth, name="a.jsonld")


def test_a_file_over_the_limit_is_refused():
    with pytest.raises(TooLargeError, match="100 bytes"):
        parse(b"#" * 101, name="a.ttl", limit=100)


def test_a_bad_statement_of_turtle_costs_only_itself():
    text = (
        TTL
        + """<http://a.example> a dcat:Dataset ; dct:title "A" .
<http://b.example> a dcat:Dataset ; dct:title ??? .
<http://c.example> a dcat:Dataset ; dct:title "C" .
"""
    )
    parsed = parse(text.encode(), name="a.ttl")
    assert {one.iri for one in things(parsed.graph)} == {"http://a.example", "http://c.example"}
    assert parsed.findings
    assert {one.rule for one in parsed.findings} == {"statement-unreadable"}
    assert "line 3" in bilingual(parsed.findings[0].value)


def test_stray_text_in_rdf_xml_is_passed_over_and_named():
    text = f'{XML}<dcat:Dataset rdf:about="http://a.example">\nverirrt<dct:title>A</dct:title></dcat:Dataset></rdf:RDF>'
    parsed = parse(text.encode(), name="a.rdf")
    assert read(next(things(parsed.graph)).payload)[0].title == {"und": "A"}
    assert "line 2" in bilingual(parsed.findings[0].value)


@pytest.mark.parametrize("start", ["", '<?xml version="1.0"?>\n', ' <?xml version="1.1"?><!-- a --><?style b?>'])
@pytest.mark.parametrize(
    ("title", "right"),
    [
        ("A<!-- c -->B", "AB"),
        ("A <![CDATA[B & C]]> D", "A B & C D"),
        ("A<?pi x?>B", "AB"),
        ("<![CDATA[<p>A</p>]]> &amp; <![CDATA[]]><![CDATA[]&gt;<!-- Ä -->]]>", "<p>A</p> & ]&gt;<!-- Ä -->"),
        ("<!-- a\n > <![CDATA[ -->Über<?x --> ?> B<!---->", "Über B"),
        ("<!-- only -->", ""),
    ],
)
def test_a_text_in_several_pieces_is_read_whole(start, title, right):
    text = f"<!-- <dct:title> --><dct:title>{title}</dct:title><!-- x --><dct:identifier>7</dct:identifier>"
    file = f'{start}{XML}<dcat:Dataset rdf:about="http://a.example">{text}</dcat:Dataset></rdf:RDF>'
    parsed = parse(file.encode(), name="a.rdf")
    _, *literals = parsed.graph[b"<http://a.example>"]
    assert [text_of(one.decode().partition(" ")[2]) for one in literals] == [right, "7"]
    assert not parsed.findings


def test_a_comment_hides_no_stray_text_and_moves_no_line_number():
    text = f"""{XML}<!-- two
        lines --><dcat:Dataset rdf:about="http://a.example">verirrt<!-- a --><dct:title>A<!-- b
        -->B</dct:title>\n verlaufen</dcat:Dataset></rdf:RDF>"""
    parsed = parse(text.encode(), name="a.rdf")
    assert read(next(things(parsed.graph)).payload)[0].title == {"und": "AB"}
    assert [sentence(one.value, "en")[:6] for one in parsed.findings] == ["line 2", "line 4"]
    for broken, line in ((text.replace("</dct:title>", "", 1), 4), (text.replace("-->B", "->B"), 2)):
        with pytest.raises(SourceError, match=f"line {line}"):
            parse(broken.encode(), name="a.rdf")


def test_line_ends_of_xml_are_line_feeds_and_a_return_that_is_meant_stays():
    text = f'{XML}<dcat:Dataset rdf:about="http://a.example"><dct:title>A\nB\n<![CDATA[C\nD]]>&#13;&#xA;E</dct:title></dcat:Dataset></rdf:RDF>'
    for end in ("\n", "\r\n", "\r"):
        for encoding in ("utf-8", "utf-16"):
            graph = parse(text.replace("\n", end).encode(encoding), name="a.rdf").graph
            assert graph[b"<http://a.example>"][1].endswith(rb'"A\nB\nC\nD\r\nE"'), (end, encoding)
    turtle = TTL + '<http://a.example> dct:title """A\r\nB""" .'
    assert parse(turtle.encode(), name="a.ttl").graph[b"<http://a.example>"][0].endswith(rb'"A\r\nB"')


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.rdf", XML + "\n<dcat:Dataset>\n</rdf:RDF>", "line 3"),
        ("a.rdf", XML + '\n<dcat:Dataset rdf:about="x" rdf:nodeID="y"/></rdf:RDF>', "nodeID"),
        ("a.jsonld", '{"@id":\n', "line 2"),
        ("a.ttl", "Das ist kein Turtle", "line 1"),
        ("a.ttl", "\xff", "UTF-8"),
        ("a.xml", "<atom><entry>x</entry></atom>", "namespace"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_file_place_and_remedy(name, text, place):
    with pytest.raises(SourceError, match=place) as error:
        parse(text.encode("latin-1"), name=name)
    assert name in error.value.message
    assert error.value.summary.values["remedy"]
    assert name in sentence(error.value.summary, "de")


@pytest.mark.parametrize(
    ("name", "text", "german"),
    [
        ("a.ttl", "<http://a.example> <http://b.example> ", "bricht dort ab"),
        ("a.ttl", "x:a <http://b.example> 1 .", "Zeile 1, Spalte 1: das Präfix x: ist nicht vereinbart"),
        ("a.ttl", '<http://a.example> "b" 1 .', 'Zeile 1, Spalte 20: "b" kann keine Eigenschaft sein'),
        ("a.ttl", "Das ist kein Turtle", "Zeile 1"),
        ("a.rdf", XML + "<dcat:Dataset></dcat:Katalog></rdf:RDF>", "dort endet ein anderes Element als das offene"),
        ("a.rdf", XML + "<x:y/></rdf:RDF>", "Präfix"),
        ("a.rdf", XML + "<dcat:Dataset>&nbsp;</dcat:Dataset></rdf:RDF>", "Zeichen der Form"),
        ("a.jsonld", '{"@id": "a"', "bricht ab"),
        ("a.jsonld", '{"@id": 1}', "kein JSON-LD"),
        ("a.jsonld", '{"@context": "http://x.example/c", "@id": "a"}', "müsste abgerufen werden"),
        ("a.jsonld", '{"a":' * 300 + "1" + "}" * 300, "stecken ineinander"),
        ("a.rdf", '<?xml version="1.0" encoding="klingonisch"?><a/>', "Kodierung"),
    ],
)
def test_why_a_file_cannot_be_read_is_said_in_german_too(name, text, german):
    with pytest.raises(SourceError) as error:
        parse(text.encode(), name=name)
    said = sentence(error.value.summary, "de")
    assert german in said
    assert said.startswith(f"{name} ist nicht lesbar: ")
    assert said.endswith(sentence(error.value.summary.values["remedy"], "de"))


def test_what_a_strict_parser_refuses_comes_in_marked_and_leaves_mended():
    text = f"""{XML}<dcat:Dataset rdf:about="http://a.example/ein ding">
<dct:title xml:lang="de_DE">A</dct:title><dcat:landingPage rdf:resource="http://a.example/&quot;x&quot; y"/>
<dct:relation rdf:resource="nirgendwo"/><dct:x xml:lang="zu lang und kein Tag">q</dct:x></dcat:Dataset></rdf:RDF>"""
    description = next(things(parse(text.encode(), name="a.rdf").graph))
    said, findings = read(description.payload)
    assert said.iri == description.iri == "http://a.example/ein%20ding"
    assert said.title == {"de-de": "A"}
    assert said.landing_page == "http://a.example/%22x%22%20y"
    assert '"nirgendwo"' in said.statements  # kept as words: it leads nowhere
    assert '"dcat:landingPage: http://a.example/\\"x\\" y"' in said.statements
    assert {(one.rule, one.value) for one in findings} == {
        ("value-mended", "http://a.example/ein ding"),
        ("value-mended", "A"),
        ("value-mended", 'http://a.example/"x" y'),
        ("address-unreadable", "nirgendwo"),
    }
    parse(said.statements.encode(), name="a.nt")
    assert not parse(said.statements.encode(), name="a.nt").findings


def test_a_base_makes_relative_addresses_absolute():
    graph = parse(TTL.encode() + b"<d> a dcat:Dataset .", name="a.ttl", base="https://x.example/y/").graph
    assert list(graph) == [b"<https://x.example/y/d>"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("from-issues/iri-without-first-letter.rdf", 0),  # a distribution only
        ("from-issues/two-iris-joined-by-space.rdf", 1),
        ("from-issues/missing-comma-between-keywords.ttl", 1),
        ("from-issues/unescaped-quotes.ttl", 1),
        ("ckanext-dcat_dataset_unbound-prefix.ttl", 3),
    ],
)
def test_real_files_that_are_broken_give_what_can_be_read(shared, name, expected):
    file = shared / "data/malformed" / name
    assert len(list(things(parse(file.read_bytes(), name=file.name, base="https://x.example/").graph))) == expected


def test_a_real_file_that_mixes_nodes_and_properties_up_is_refused_with_the_line(shared):
    file = shared / "data/malformed/dcat_ap_de-RefImp_RDF_MAX_V1.0_repeated-node.rdf"
    with pytest.raises(SourceError, match="line 24"):
        parse(file.read_bytes(), name=file.name)


@pytest.mark.parametrize(
    "broken",
    [
        '"B\n .',  # the closing quotation mark was forgotten
        '"B .',
        "'B ;\n dct:description 'kurz' .\n\n# Kommentar \"",
        '"B\n zweiter Absatz"@de .',  # or it was meant to go on
        '[ dct:title "B\n ] .',
    ],
)
def test_a_string_that_does_not_end_on_its_line_swallows_no_other_record(broken):
    text = f"""{TTL}<http://a.example/mit blank> a dcat:Dataset ; dct:title '''A
.
<http://kein.example> a dcat:Dataset ; dct:title "in einem Text" .''' . # "
<http://b.example> a dcat:Dataset ; dct:identifier "b" ; dct:title {broken}
<http://c.example> a dcat:Dataset ; dct:title "C" .
"""
    parsed = parse(text.encode(), name="a.ttl")
    titles = {one.iri: read(one.payload)[0].title for one in things(parsed.graph)}
    assert titles.keys() == {"http://a.example/mit%20blank", "http://b.example", "http://c.example"}
    assert (titles["http://b.example"], titles["http://c.example"]) == ({}, {"und": "C"})
    (told,) = parsed.findings
    assert told.rule == "statement-unreadable"
    assert bilingual(told.value).startswith("Zeile 5: eine Zeichenkette endet nicht auf ihrer Zeile")
    assert " / line 5: a line ends inside a string" in bilingual(told.value)


def test_a_line_break_in_a_real_string_is_named(shared):
    file = shared / "data/malformed/from-issues/raw-newline-in-literal.ttl"
    parsed = parse(file.read_bytes(), name=file.name)
    assert [sentence(one.value, "en")[:33] for one in parsed.findings] == ["line 5: a line ends inside a stri"]
    assert not list(things(parsed.graph))


def test_each_iri_that_was_mended_on_reading_is_named_and_its_spelling_kept():
    """Of the thing, of a part, of a property, of a value that has no field, and of a datatype."""
    start = XML.replace(">", ' xmlns:e="http://e.example/a b/">')
    text = f"""{start}<dcat:Dataset rdf:about="http://a.example/ein ding">
<e:p rdf:resource="http://a.example/b c"/><dct:x rdf:datatype="http://x y">k</dct:x><dct:z rdf:resource="hier"/>
<dct:publisher><rdf:Description rdf:about="amt"><dct:title>q</dct:title></rdf:Description></dct:publisher>
<dcat:distribution><dcat:Distribution rdf:about="http://a.example/f f"><dct:title>F</dct:title></dcat:Distribution>
</dcat:distribution></dcat:Dataset><dcat:Dataset rdf:about="http://a.example/nur erwähnt"/></rdf:RDF>"""
    (thing,) = things(parse(text.encode(), name="a.rdf").graph)
    said, findings = read(thing.payload)
    assert {(one.rule, one.field, one.node, one.value) for one in findings} == {
        ("value-mended", "iri", "", "http://a.example/ein ding"),
        ("value-mended", "iri", "http://a.example/f%20f", "http://a.example/f f"),
        ("address-unreadable", "iri", "_:b0", "amt"),
        ("value-mended", "property", "", "http://e.example/a b/p"),
        ("value-mended", "http://e.example/a%20b/p", "", "http://a.example/b c"),
        ("value-mended", "dct:x", "", "k"),
        ("address-unreadable", "dct:z", "", "hier"),
    }
    for note in ("rdf:about: http://a.example/ein ding", "rdf:about: http://a.example/f f", "rdf:about: amt",
                 "rdf:predicate: http://e.example/a b/p", "dct:x: k^^http://x y"):  # fmt: skip
        assert f'editorialNote> "{note}" .' in said.statements, note
    assert "x-spelt" not in said.statements
    out = b"".join(rdf.write([a_record(said=said)], "ttl", base_url="https://k.example"))
    again = next(things(parse(out, name="a.ttl").graph))
    assert "rdf:about: http://a.example/ein ding" in read(again.payload)[0].statements


def test_a_real_iri_of_two_is_named_word_for_word(shared):
    file = shared / "data/malformed/from-issues/two-iris-joined-by-space.rdf"
    said, (told,) = read(next(things(parse(file.read_bytes(), name=file.name).graph)).payload)
    both = "https://catalogue.example/geonetwork/srv//datasets/IGNF_1 https://catalogue.example/geonetwork/srv/670724c9"
    assert (told.rule, told.field, told.value) == ("value-mended", "iri", both)
    assert f'"rdf:about: {both}"' in said.statements


def test_an_element_with_very_many_attributes_is_refused_and_long_words_are_not():
    for name in ("dct:a", "xmlns:a"):
        many = " ".join(f'{name}{n}="&gt;>"' for n in range(20_000))
        with pytest.raises(SourceError, match="attributes") as error:
            parse(f'{XML[:-1]} {many}><dcat:Dataset rdf:about="http://a.example"/></rdf:RDF>'.encode(), name="a.rdf")
        assert "Attribute" in sentence(error.value.summary, "de")
    long = f'{XML}<dcat:Dataset rdf:about="http://a.example"><dct:title>{"a=b, " * 900}{"x" * 90_000}</dct:title>'
    assert list(parse(f"{long}</dcat:Dataset></rdf:RDF>".encode(), name="a.rdf").graph)
