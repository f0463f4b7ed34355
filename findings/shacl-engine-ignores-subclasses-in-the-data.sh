#!/usr/bin/env bash
# shacl-engine: rdfs:subClassOf counts in the shapes graph only, so a right contact is reported and a class is not
#   checked.
#
# Packages: shacl-engine 1.1.2, rdf-validate-shacl 0.6.5 (both Node.js), rdf-ext 2.6.0, n3 2.13.12.
# Input: a contact point of the type vcard:Organization, with vcard:Organization rdfs:subClassOf vcard:Kind in the data;
#   a shape that asks for sh:class vcard:Kind, and a shape with sh:targetClass vcard:Kind that asks for a name.
# Behaviour: shacl-engine reports the contact as no vcard:Kind, and does not apply the second shape to it, although the
#   name is missing. With the subclass statement among the shapes it is the other way round. rdf-validate-shacl is right
#   in both cases when the statement is in the data.
# Expected: what rdf-validate-shacl does. SHACL section 1.1 defines subclasses and instances by rdfs:subClassOf in the
#   data graph, and sections 2.1.3.2 (class-based targets) and 4.1.1 (sh:class) use that.
# For a catalogue: the usual advice for the shapes of DCAT-AP, to merge the vocabularies into the data, has no effect:
#   false violations, and, worse, checks that do not run. Load vocabularies into both graphs.
#
# Seen on 2026-11-30:
#   statement in data:   shacl-engine class false, target true; rdf-validate-shacl class true, target false
#   statement in shapes: shacl-engine class true, target false
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save 'shacl-engine@1.1.2' 'rdf-validate-shacl@0.6.5' 'rdf-ext@2.6.0' 'n3@2.13.12'
cat > run.mjs <<'JS'
import { Parser } from 'n3';
import rdf from 'rdf-ext';
import RdfValidateShacl from 'rdf-validate-shacl';
import { Validator } from 'shacl-engine';

const PREFIXES = `@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <https://data.example.org/> .
`;
const SUBCLASS = 'vcard:Organization rdfs:subClassOf vcard:Kind .';
const DATA = 'ex:trees dcat:contactPoint ex:office . ex:office a vcard:Organization .';
const CLASS = `ex:s1 a sh:NodeShape ; sh:targetNode ex:trees ;
  sh:property [ sh:path dcat:contactPoint ; sh:class vcard:Kind ] .`;
const TARGET = `ex:s2 a sh:NodeShape ; sh:targetClass vcard:Kind ;
  sh:property [ sh:path vcard:fn ; sh:minCount 1 ] .`;

const graph = (text) => rdf.dataset(new Parser({ factory: rdf }).parse(PREFIXES + text));
const byEngine = async (shapes, data) =>
  (await new Validator(graph(shapes), { factory: rdf }).validate({ dataset: graph(data) })).conforms;
const byOther = async (shapes, data) =>
  (await new RdfValidateShacl(graph(shapes)).validate(graph(data))).conforms;

const engineClass = await byEngine(CLASS, DATA + SUBCLASS);
const engineTarget = await byEngine(TARGET, DATA + SUBCLASS);
const otherClass = await byOther(CLASS, DATA + SUBCLASS);
const otherTarget = await byOther(TARGET, DATA + SUBCLASS);
const shapesClass = await byEngine(CLASS + SUBCLASS, DATA);
const shapesTarget = await byEngine(TARGET + SUBCLASS, DATA);
console.log(
  `statement in data:   shacl-engine class ${engineClass}, target ${engineTarget}; ` +
    `rdf-validate-shacl class ${otherClass}, target ${otherTarget}`,
);
console.log(`statement in shapes: shacl-engine class ${shapesClass}, target ${shapesTarget}`);
const seen = [engineClass, engineTarget, otherClass, otherTarget, shapesClass, shapesTarget];
if (JSON.stringify(seen) !== JSON.stringify([false, true, true, false, true, false])) {
  console.error('This is not what the header states.');
  process.exit(1);
}
JS
node run.mjs
