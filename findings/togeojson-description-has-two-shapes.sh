#!/usr/bin/env bash
# KML: @tmcw/togeojson gives the description of a place as text or as an object, and its name may be another one.
#
# Packages: @tmcw/togeojson 7.1.3, @xmldom/xmldom 0.9.12.
# Input: KML with three placemarks: a plain description; a description with markup in CDATA, as Google Earth writes it;
#   and one with ExtendedData that has a Data element called "name" (an attribute column of that name).
# Behaviour: properties.description is a string for the first and an object {"@type": "html", "value": ...} for the
#   second. The name of the third is the value of the Data element; the placemark's own <name> is lost.
# Expected: one type for one property, and the placemark's own name. KML 2.2 (OGC 07-147r2) has name and description as
#   elements of every feature and lets ExtendedData hold any names of its own (sections on Feature and ExtendedData).
# For a catalogue: a preview or a table made of the GeoJSON shows "[object Object]" for some rows, column types of a
#   file depend on whether anybody used bold face, and converted layers show the attribute "name" (a code, say) in the
#   place of the title. Take description?.value ?? description, and read <name> from the KML where ExtendedData may have
#   one.
#
# Seen on 2026-11-30:
#   plain: name "Linde", description "Gepflanzt 1980"
#   markup: name "Eiche", description {"@type":"html","value":"<b>Gepflanzt</b> 1990"}
#   data: name "B-17", description undefined
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save '@tmcw/togeojson@7.1.3' '@xmldom/xmldom@0.9.12'
cat > run.mjs <<'JS'
import { kml } from '@tmcw/togeojson';
import { DOMParser } from '@xmldom/xmldom';

const point = '<Point><coordinates>8.69,49.41</coordinates></Point>';
const text = `<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark id="plain"><name>Linde</name><description>Gepflanzt 1980</description>${point}</Placemark>
<Placemark id="markup"><name>Eiche</name>
  <description><![CDATA[<b>Gepflanzt</b> 1990]]></description>${point}</Placemark>
<Placemark id="data"><name>Buche</name>
  <ExtendedData><Data name="name"><value>B-17</value></Data></ExtendedData>${point}</Placemark>
</Document></kml>`;
const seen = kml(new DOMParser().parseFromString(text, 'text/xml')).features.map(
  ({ id, properties: { name, description } }) =>
    `${id}: name ${JSON.stringify(name)}, description ${JSON.stringify(description)}`,
);
console.log(seen.join('\n'));
const stated = [
  'plain: name "Linde", description "Gepflanzt 1980"',
  'markup: name "Eiche", description {"@type":"html","value":"<b>Gepflanzt</b> 1990"}',
  'data: name "B-17", description undefined',
];
if (seen.join('\n') !== stated.join('\n')) {
  console.error('This is not what the header states.');
  process.exit(1);
}
JS
node run.mjs
