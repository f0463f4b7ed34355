"""The layers of map and feature services as a table, and the address where a service names them.

Covers: registry/preview/service_table.py, registry/preview/addresses.py, registry/preview/xml_elements.py
"""

from xml.etree import ElementTree

import pytest

from registry.errors import UnreadableError
from registry.model import Distribution
from registry.preview.addresses import address_of
from registry.preview.service_table import service_table
from tests.registry.preview.previewed import read_file
from vocab.concepts import concept_list

WMS = """<WMS_Capabilities xmlns="http://www.opengis.net/wms" version="1.3.0"><Service><Title>Karten</Title></Service>
<Capability><Layer><Title>Alle</Title><EX_GeographicBoundingBox><westBoundLongitude>8.5</westBoundLongitude>
<eastBoundLongitude>8.8</eastBoundLongitude><southBoundLatitude>49.3</southBoundLatitude>
<northBoundLatitude>49.5</northBoundLatitude></EX_GeographicBoundingBox>
<Layer><Name>01</Name><Title>Bäume</Title><Abstract>Alle Bäume</Abstract><CRS>EPSG:25832</CRS></Layer>
<Layer><Name>02</Name><Title>Wege</Title></Layer></Layer></Capability></WMS_Capabilities>"""
WMS_1_1 = """<!DOCTYPE WMT_MS_Capabilities SYSTEM "http://x.example/wms.dtd"><WMT_MS_Capabilities><Capability><Layer>
<Name>a</Name><Title>A</Title><LatLonBoundingBox minx="8" miny="49" maxx="9" maxy="50"/></Layer></Capability>
</WMT_MS_Capabilities>"""
WFS = """<wfs:WFS_Capabilities xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1">
<ows:ServiceIdentification><ows:Title>Daten</ows:Title></ows:ServiceIdentification><wfs:FeatureTypeList><wfs:FeatureType>
<wfs:Name>stadt:baeume</wfs:Name><wfs:Title>Bäume</wfs:Title><wfs:DefaultCRS>urn:ogc:def:crs:EPSG::25832</wfs:DefaultCRS>
<ows:WGS84BoundingBox><ows:LowerCorner>8.5 49.3</ows:LowerCorner><ows:UpperCorner>8.8 49.5</ows:UpperCorner>
</ows:WGS84BoundingBox></wfs:FeatureType></wfs:FeatureTypeList></wfs:WFS_Capabilities>"""
BOX = "POLYGON((8.5 49.3, 8.8 49.3, 8.8 49.5, 8.5 49.5, 8.5 49.3))"


def test_the_layers_of_a_map_service() -> None:
    read = read_file(WMS)
    assert (read.read.format, read.read.table) == ("WMS", "Karten")
    assert read.rows == [["01", "Bäume", "Alle Bäume", "EPSG:25832", BOX], ["02", "Wege", None, None, BOX]]
    assert read.type("geometry") == "geometry"
    assert read_file(WMS_1_1).rows[0][0] == "a"


def test_a_layer_hands_on_only_the_systems_that_pictures_are_asked_in() -> None:
    """Some services name all systems of the EPSG at their first layer; those of each layer were more than the answer of
    the child may have."""
    systems = "".join(f"<CRS>EPSG:{code}</CRS>" for code in range(3800, 4300))
    root = ElementTree.fromstring(WMS.replace("<Layer><Title>Alle", f"<Layer>{systems}<Title>Alle"))
    offer = service_table(root, "x").map_offer
    assert offer
    assert [(layer.name, layer.crs) for layer in offer.layers] == [
        (name, ("EPSG:3857", "EPSG:4258")) for name in ("01", "02")
    ]


def test_the_types_of_a_feature_service() -> None:
    read = read_file(WFS)
    assert (read.read.format, read.read.table) == ("WFS", "Daten")
    assert read.rows == [["stadt:baeume", "Bäume", None, "urn:ogc:def:crs:EPSG::25832", BOX]]


@pytest.mark.parametrize("body", ["<ServiceException>Kein Dienst</ServiceException>", "<Text>Kein Dienst</Text>"])
def test_a_service_that_refuses_is_quoted(body: str) -> None:
    with pytest.raises(UnreadableError) as failure:
        read_file(f"<ServiceExceptionReport>{body}</ServiceExceptionReport>")
    assert "Kein Dienst" in str(failure.value.place)


@pytest.mark.parametrize(
    ("format", "url", "address"),
    [
        ("WMS_SRVC", "https://x.example/wms", "https://x.example/wms?service=WMS&request=GetCapabilities"),
        ("WFS_SRVC", "https://x.example/ows?map=a&", "https://x.example/ows?map=a&service=WFS&request=GetCapabilities"),
        ("WFS_SRVC", "https://x.example/ows?SERVICE=WFS", "https://x.example/ows?SERVICE=WFS&request=GetCapabilities"),
        ("WMS_SRVC", "https://x.example/?REQUEST=GetCapabilities", "https://x.example/?REQUEST=GetCapabilities"),
        ("CSV", "https://x.example/a.csv", "https://x.example/a.csv"),
    ],
)
def test_a_service_is_asked_what_it_has(format: str, url: str, address: str) -> None:
    concept = concept_list("file-types").by_notation[format]
    assert address_of(Distribution(access_url=url, format=concept.iri)) == address
