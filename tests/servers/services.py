"""A small server on loopback that answers as data and map services do: SensorThings (OGC 18-088, as FROST), OData 4 and
2, WMS 1.3 and 1.1, tiles of a background map.

    with services() as server:
        server.refuses = "$expand"              # addresses that contain this are answered with 501
        server.values["Lufttemperatur Bahnhof"] = 13.5
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from PIL import Image

from tests.servers.replay import Answer, Replay, running

PAGE = 2  # streams on a page
TIMES = {"Lufttemperatur Bahnhof": "2026-12-01T10:00:00Z", "PM10 Bahnhof": "2026-12-01T09:00:00Z/2026-12-01T09:30:00Z"}
METADATA = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>
<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Stadt">
<EntityType Name="Pegel"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int32" Nullable="false"/>
<Property Name="Zeit" Type="Edm.DateTimeOffset"/><Property Name="Wasserstand" Type="Edm.Decimal"/></EntityType>
<EntityType Name="Ort"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int32"/>
<Property Name="Name" Type="Edm.String"/></EntityType>
<EntityContainer Name="Container"><EntitySet Name="Pegelstaende" EntityType="Stadt.Pegel"/>
<EntitySet Name="Orte" EntityType="Stadt.Ort"/></EntityContainer>
<Annotations Target="Stadt.Pegel/Wasserstand"><Annotation Term="Org.OData.Measures.V1.Unit" String="cm"/></Annotations>
</Schema></edmx:DataServices></edmx:Edmx>"""
METADATA_2 = METADATA.replace('Version="4.0"', 'Version="1.0"').replace("Edm.DateTimeOffset", "Edm.DateTime")
ATOM = """<?xml version="1.0" encoding="utf-8"?><service xml:base="http://127.0.0.1/odata2/"
xmlns="http://www.w3.org/2007/app" xmlns:atom="http://www.w3.org/2005/Atom"><workspace><atom:title>Default</atom:title>
<collection href="Pegelstaende"><atom:title>Pegelstaende</atom:title></collection></workspace></service>"""
WMS = """<?xml version="1.0"?><WMS_Capabilities xmlns="http://www.opengis.net/wms" version="{version}"
xmlns:xlink="http://www.w3.org/1999/xlink"><Service><Title>Karten</Title></Service><Capability><Request><GetMap>
<Format>image/png</Format><DCPType><HTTP><Get><OnlineResource xlink:href="{url}/wms?map=a"/></Get></HTTP></DCPType>
</GetMap></Request><Layer><CRS>{crs}</CRS><EX_GeographicBoundingBox><westBoundLongitude>8.5</westBoundLongitude>
<eastBoundLongitude>8.8</eastBoundLongitude><southBoundLatitude>49.3</southBoundLatitude>
<northBoundLatitude>49.5</northBoundLatitude></EX_GeographicBoundingBox>
<Layer><Name>baeume</Name><Title>Bäume</Title></Layer><Layer><Name>wege</Name><Title>Wege</Title></Layer></Layer>
</Capability></WMS_Capabilities>"""


class Services(Replay):
    """The services; `maps` holds the parameters of the pictures that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {"Lufttemperatur Bahnhof": 12.5, "PM10 Bahnhof": 18, "Schalter": None}
        self.refuses = ""
        self.version, self.crs = "1.3.0", "EPSG:3857"
        self.maps: list[dict[str, str]] = []

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if self.refuses and any(self.refuses in part for part in (path, *query, *query.values())):
            return Answer(501, "application/json", b'{"code": 501, "type": "error", "message": "not implemented"}')
        first = path.strip("/").partition("/")[0]
        answers = {"v1.1": self._sensor_things, "odata": self._odata, "odata2": self._odata, "wms": self._wms}
        return answers[first](path, query) if first in answers else Answer(404, "text/html", b"<html></html>")

    def _sensor_things(self, path: str, query: Mapping[str, str]) -> Answer:
        base = f"{self.url}/v1.1"
        if path.endswith("/v1.1"):
            names = ("Datastreams", "Things", "Observations")
            return _json({"value": [{"name": name, "url": f"{base}/{name}"} for name in names], "serverSettings": {}})
        if path.endswith("/Observations"):
            number = int(path.partition("(")[2].partition(")")[0])
            return _json({"value": self._observations(list(self.values)[number - 1])})
        skipped = int(query.get("$skip", 0))
        page = [self._stream(number, query) for number in range(1, len(self.values) + 1)][skipped : skipped + PAGE]
        following = f"{base}/Datastreams?$skip={skipped + PAGE}&$expand={query.get('$expand', '')}"
        return _json({"value": page} | ({"@iot.nextLink": following} if skipped + PAGE < len(self.values) else {}))

    def _stream(self, number: int, query: Mapping[str, str]) -> dict[str, Any]:
        name = list(self.values)[number - 1]
        unit = {"Lufttemperatur Bahnhof": "°C", "PM10 Bahnhof": "µg/m³"}.get(name, "")
        link = f"{self.url}/v1.1/Datastreams({number})/Observations"
        place = {"type": "Point", "coordinates": [8.675, 49.404]}
        stream = {
            "@iot.id": number,
            "name": name,
            "unitOfMeasurement": {"name": unit, "symbol": unit, "definition": ""},
        }
        stream |= {"Observations@iot.navigationLink": link, "ObservedProperty": {"name": name.split()[0]}}
        stream |= {"Thing": {"name": "Messstelle", "Locations": [{"location": place}]}}
        inside = {"Observations": self._observations(name)} if "Observations(" in query.get("$expand", "") else {}
        return stream | inside

    def _observations(self, name: str) -> list[dict[str, Any]]:
        value = self.values[name]
        return [{"phenomenonTime": TIMES[name], "result": value, "resultTime": None}] if value is not None else []

    def _odata(self, path: str, query: Mapping[str, str]) -> Answer:
        is_two = path.startswith("/odata2")
        if path.endswith("/$metadata"):
            return Answer(200, "application/xml", (METADATA_2 if is_two else METADATA).encode())
        if path.strip("/") in ("odata", "odata2"):
            sets = [{"name": name, "kind": "EntitySet", "url": name} for name in ("Pegelstaende", "Orte")]
            context = f"{self.url}/odata/$metadata"
            return (
                Answer(200, "application/xml", ATOM.encode())
                if is_two
                else _json({"@odata.context": context, "value": sets})
            )
        if path.endswith("/Orte"):
            return _json({"@odata.count": 2, "value": [{"Id": 1, "Name": "Neckar"}]})
        assert query["$orderby"] == "Zeit desc"
        if is_two:
            row = {"Id": 9, "Zeit": "/Date(1796119200000)/", "Wasserstand": "231.5"}
            return _json({"d": {"results": [row], "__count": "48"}})
        return _json({"@odata.count": 48, "value": [{"Id": 9, "Zeit": "2026-12-01T10:00:00Z", "Wasserstand": 231.5}]})

    def _wms(self, path: str, query: Mapping[str, str]) -> Answer:
        asked = {name.lower(): value for name, value in query.items()}
        if asked.get("request") == "GetCapabilities":
            document = WMS.format(version=self.version, url=self.url, crs=self.crs)
            document = document.replace("CRS>", "SRS>") if self.version == "1.1.1" else document
            return Answer(200, "text/xml", document.encode())
        self.maps.append(asked)
        return Answer(200, "image/png", png(int(asked["width"]), int(asked["height"])))


def png(width: int, height: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (120, 160, 120)).save(target, "PNG")
    return target.getvalue()


def _json(document: Any) -> Answer:
    return Answer(200, "application/json", json.dumps(document).encode())


@contextmanager
def services() -> Iterator[Services]:
    with running(Services()) as server:
        yield server
