"""Single written values: what is read, what is mended, what is left alone.

Covers: vocab/geometry.py, vocab/numbers.py
"""

import pyoxigraph
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vocab import geometry, numbers, values
from vocab.values import Read


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2014", "2014"),
        ("2014-05", "2014-05"),
        ("2014-05-06", "2014-05-06"),
        ("2000-01-01 00:00:00", "2000-01-01T00:00:00"),
        ("2012-05-10T21:04", "2012-05-10T21:04:00"),
        ("2014-10-14T14:09:30+0200", "2014-10-14T14:09:30+02:00"),
        ("2013-04-19T15:40:23.682311", "2013-04-19T15:40:23.682311"),
        ("2024-01-01T00:00:00 UTC", "2024-01-01T00:00:00Z"),
    ],
)
def test_a_date_of_iso_8601_keeps_its_accuracy(written: str, value: str) -> None:
    assert values.date(written) == Read(value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("15.01.2026", "2026-01-15"),
        ("1.2.2020 9:05", "2020-02-01T09:05:00"),
        ("09.04.2019 15:30:11", "2019-04-09T15:30:11"),
        ("Dienstag, 19. November 2013 - 10:13", "2013-11-19T10:13:00"),
        ("Date changed\t2014-09-17T09:15:29+02:00", "2014-09-17T09:15:29+02:00"),
        ("März 2014", "2014-03"),
        ("05/2014", "2014-05"),
        ("jeu, 19/12/2019 - 03:00", "2019-12-19T03:00:00"),
        ("June 5, 2020", "2020-06-05"),
        ("20140501", "2014-05-01"),
    ],
)
def test_a_date_as_people_write_it_is_mended(written: str, value: str) -> None:
    assert values.date(written) == Read(value, repaired=True)


@pytest.mark.parametrize(
    "written",
    ["", "Date changed\t", "2014-13-01", "31.02.2020", "Feb 30, 2020", "R/P1D", "0000", "10/12/2019", "None",
     "2021-01-28 GMT 01:51:03"],
)  # fmt: skip
def test_what_is_no_date_or_could_be_two_is_not_read(written: str) -> None:
    assert values.date(written) is None


def test_a_time_without_zone_gets_the_zone_that_is_meant() -> None:
    assert values.date("2014-10-14T14:09:30", "Z") == Read("2014-10-14T14:09:30Z")
    assert values.date("2014-10-14", "Z") == Read("2014-10-14")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("http://a.example/a b ", "http://a.example/a%20b"),
        ("http:// https://a.example/x", "https://a.example/x"),
        ("www.a.example", "http://www.a.example"),
        ("http://a.example/x?L[z]=1", "http://a.example/x?L%5Bz%5D=1"),
        ("http://a.example/100%", "http://a.example/100%25"),
        ("/download/x.csv", "https://portal.example/download/x.csv"),
        ("http://a.example/k?x#y#z", "http://a.example/k?x#y%23z"),
    ],
)
def test_an_address_is_mended_where_only_one_can_be_meant(written: str, address: str) -> None:
    assert values.address(written, "https://portal.example/") == Read(address, repaired=True)


@pytest.mark.parametrize(
    "written",
    ["", "None", "http:www.vbb.example/labs", "http://", "http:///x", "http://a.example http://b.example", "ttps://a",
     "javascript:alert(1)", "file:///etc/passwd", "http://a b.example/x", "http://[::1", "mailto:a@b.example", "http://x@y@z/"],
)  # fmt: skip
def test_what_is_no_single_web_address_is_not_read(written: str) -> None:
    assert values.address(written) is None


@given(st.text(max_size=60).map(lambda text: f"http://a.example/{text}") | st.text(max_size=80))
@example("http://a.example/\\u0000")
@example("http://a.example/%zz#%")
@example("http://ä.example:99999/")
def test_every_address_that_is_read_is_one_that_rdf_can_hold(text: str) -> None:
    found = values.address(text)
    if found:
        pyoxigraph.NamedNode(found.value)
        assert values.address(found.value) == Read(found.value)


def test_an_iri_is_taken_as_it_is_or_not_at_all() -> None:
    assert values.absolute_iri("urn:nbn:de:1") == Read("urn:nbn:de:1")
    assert values.absolute_iri(" http://a.example/x ") == Read("http://a.example/x")
    assert values.absolute_iri("http://a.example/a b") is None
    assert values.absolute_iri("a/b") is None


def test_a_mail_address_comes_without_its_scheme() -> None:
    assert values.email("mailto:amt@stadt.example") == Read("amt@stadt.example")
    assert values.email("amt ät stadt.example") is None


@pytest.mark.parametrize(
    ("written", "address", "repaired"),
    [("MAILTO://amt@stadt.example", "amt@stadt.example", False),
     ("mailto:%20amt%2Bdaten@stadt.example", "amt+daten@stadt.example", False),
     ("mailto:amt@stadt.example?subject=Daten", "amt@stadt.example", True),
     ("Amt <amt@stadt.example>", "amt@stadt.example", True),
     ("Amt <mailto:amt@stadt.example>", "amt@stadt.example", True),
     ("what?@stadt.example", "what?@stadt.example", False)],
)  # fmt: skip
def test_a_mail_address_is_read_in_other_forms(written: str, address: str, repaired: bool) -> None:
    assert values.email(written) == Read(address, repaired)


@pytest.mark.parametrize(
    ("written", "number"),
    [("06221 / 58-0", "06221 / 58-0"), ("TEL:+49-6221-58;ext=12", "+49-6221-58"), ("callto:+49622158", "+49622158"),
     ("tel://+49%206221%2058", "+49 6221 58"), ("tel: tel:115", "115"), ("58; 59", "58; 59")],
)  # fmt: skip
def test_a_number_comes_without_its_scheme_and_parameters(written: str, number: str) -> None:
    assert values.telephone(written) == Read(number)


def test_no_number_is_none() -> None:
    assert values.telephone("tel:") is None
    assert values.telephone(" ") is None


@pytest.mark.parametrize(
    ("written", "digits"),
    [(" DEADBEEF ", "deadbeef"), ("\ufeffdeadbeef", "deadbeef"), ("deadbee", None), ("ab", None), ("deadbeeg", None)],
)
def test_a_checksum_is_whole_bytes(written: str, digits: str | None) -> None:
    assert numbers.hex_binary(written) == (Read(digits) if digits else None)


@pytest.mark.parametrize(
    ("written", "size"),
    [(0, Read(0)), ("685246", Read(685246)), (5.0, Read(5)), ("141 Bytes", Read(141, True)),
     ("42 octets", Read(42, True)), ("1.84 KB", Read(1884, True)), ("12,5 MB", Read(13107200, True)), ("1.5", None),
     (-1, None), (True, None), ("x", None)],
)  # fmt: skip
def test_a_size_is_read_in_bytes(written: object, size: Read | None) -> None:
    assert numbers.size(written) == size


@given(st.text(max_size=60))
def test_nothing_that_is_written_breaks_a_reader(text: str) -> None:
    for read in (
        values.date,
        values.address,
        values.absolute_iri,
        values.email,
        values.telephone,
        numbers.hex_binary,
        numbers.size,
        numbers.decimal,
        values.duration,
    ):
        found = read(text)
        assert found is None or isinstance(found, Read)


def test_a_rectangle_is_a_bounding_box_and_any_other_shape_keeps_its_form() -> None:
    ring = [[8.5, 49.3], [8.8, 49.3], [8.8, 49.5], [8.5, 49.5], [8.5, 49.3]]
    box = "POLYGON((8.5 49.3, 8.8 49.3, 8.8 49.5, 8.5 49.5, 8.5 49.3))"
    assert geometry.shape({"type": "polygon", "coordinates": [ring]}) == geometry.Shape(bbox=box)
    triangle = geometry.shape({"type": "Polygon", "coordinates": [[*ring[:3], ring[0]]]})
    assert triangle == geometry.Shape(bbox=box, geometry="POLYGON((8.5 49.3, 8.8 49.3, 8.8 49.5, 8.5 49.3))")
    assert geometry.shape({"type": "Point", "coordinates": [8.69, 49.41]}) == geometry.Shape(
        centroid="POINT(8.69 49.41)"
    )


@pytest.mark.parametrize(
    "broken",
    [None, "x", {}, {"type": "Point"}, {"type": "Point", "coordinates": [500, 1]},
     {"type": "Polygon", "coordinates": [1]},
     {"type": "Point", "coordinates": ["8", "49"]}, {"type": 3, "coordinates": [1, 2]}],
)  # fmt: skip
def test_what_is_no_place_on_earth_is_no_shape(broken: object) -> None:
    assert geometry.shape(broken) is None


def test_wkt_becomes_geojson_again() -> None:
    box = geometry.box(8.5, 49.3, 8.8, 49.5)
    assert geometry.shape(geometry.geojson(box)) == geometry.Shape(bbox=box)
    assert geometry.geojson("POINT(8.69 49.41)") == {"type": "Point", "coordinates": [8.69, 49.41]}
    assert geometry.geojson("LINESTRING(1 2, 3 4)") is None


def test_what_is_far_too_long_is_not_remembered():
    values._email.cache_clear()
    assert values.email("a" * 100_000 + "@x.example") is None
    assert values._email.cache_info().currsize == 0


@pytest.mark.parametrize(
    "written",
    ["-0012-11-29", "-0043", "-0100-05", "12026-01-01", "0000-02-29", "2024-12-31T24:00:00Z", "2024-12-31T24:00:00",
     "2024Z", "2024+01:00", "2024-05Z", "2024-05-01+02:00", "-0012-11-29T10:00:00Z"],
)  # fmt: skip
def test_each_form_of_a_date_of_xsd_is_read_as_it_stands(written: str) -> None:
    assert values.date(written) == values.Read(written)


@pytest.mark.parametrize("written", ["-0001-02-29", "2024-12-31T24:00:01", "2024-13Z", "12345", "2024-05-01+15:00"])
def test_what_is_no_date_of_xsd_is_none(written: str) -> None:
    assert values.date(written) is None


def test_periods_before_the_year_one_run_forward() -> None:
    assert not values.is_reversed("-0043", "-0012")
    assert values.is_reversed("-0012", "-0043")
    assert not values.is_reversed("-0012-11-29", "0410-08-24")
    assert values.is_reversed("2021-03", "2021-02-28")
    assert not values.is_reversed("2021-03", "2021")


@pytest.mark.parametrize(
    ("number", "same"), [(4711.0, 4711), (-2.0, -2), (0.5, 0.5), (float(1 << 53), 1 << 53), (1e300, 1e300)]
)
def test_a_number_without_decimals_is_an_integer_as_long_as_it_has_all_its_digits(number, same):
    assert (numbers.whole(number), type(numbers.whole(number))) == (same, type(same))
