#!/usr/bin/env bash
# Apache Jena: ORDER BY DESC(?modified) puts a date of 2020 before a time of 2026.
#
# Package: org.apache.jena:jena-arq 5.6.0 (Java 17, Maven).
# Input: five datasets with dcterms:modified: two xsd:date, two xsd:dateTime and one xsd:gYear, the types that DCAT-AP
#   allows side by side.
# Behaviour: first all values of the type xsd:date, newest first, then the others in an order of their own, among which
#   the year 2024 comes between the two times. Within one type the order is right.
# Expected: newest first over all, or at least the text order, which would be right here. SPARQL 1.1 section 15.1 "ORDER
#   BY" uses the operator "<" and leaves the order open where that does not exist, as between xsd:date and xsd:dateTime.
#   So this is allowed, and no other engine has to agree.
# For a catalogue: "the latest ten datasets" on a Fuseki endpoint (GovData keeps one) with LIMIT 10 shows old records
#   with a date and leaves out new ones with a time, as soon as sources with both types come together. Order by
#   STR(?modified), which is right for all four types unless zones differ, or store one type.
#
# Seen on 2026-11-30:
#   by value: 2026-03-01, 2020-01-01, 2026-06-01T10:00:00Z, 2024, 2019-01-01T00:00:00Z
#   by text:  2026-06-01T10:00:00Z, 2026-03-01, 2024, 2020-01-01, 2019-01-01T00:00:00Z
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.jena</groupId><artifactId>jena-arq</artifactId><version>5.6.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn --batch-mode --quiet dependency:copy-dependencies -DoutputDirectory=lib
cat > Finding.java <<'JAVA'
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;

class Finding {
    static final String TURTLE = """
        PREFIX dct: <http://purl.org/dc/terms/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        PREFIX ex: <https://data.example.org/>
        ex:a dct:modified "2026-03-01"^^xsd:date .
        ex:b dct:modified "2020-01-01"^^xsd:date .
        ex:c dct:modified "2026-06-01T10:00:00Z"^^xsd:dateTime .
        ex:d dct:modified "2019-01-01T00:00:00Z"^^xsd:dateTime .
        ex:e dct:modified "2024"^^xsd:gYear .
        """;

    static String ordered(Model model, String key) {
        String query = "PREFIX dct: <http://purl.org/dc/terms/> "
            + "SELECT ?m { ?s dct:modified ?m } ORDER BY DESC(" + key + ")";
        List<String> values = new ArrayList<>();
        try (QueryExecution execution = QueryExecutionFactory.create(query, model)) {
            execution.execSelect().forEachRemaining(row -> values.add(row.getLiteral("m").getLexicalForm()));
        }
        return String.join(", ", values);
    }

    public static void main(String[] arguments) {
        Model model = ModelFactory.createDefaultModel();
        RDFDataMgr.read(model, new StringReader(TURTLE), null, Lang.TURTLE);
        String byValue = ordered(model, "?m");
        String byText = ordered(model, "STR(?m)");
        System.out.println("by value: " + byValue);
        System.out.println("by text:  " + byText);
        if (!byValue.equals("2026-03-01, 2020-01-01, 2026-06-01T10:00:00Z, 2024, 2019-01-01T00:00:00Z")
            || !byText.equals("2026-06-01T10:00:00Z, 2026-03-01, 2024, 2020-01-01, 2019-01-01T00:00:00Z")) {
            System.err.println("This is not what the header states.");
            System.exit(1);
        }
    }
}
JAVA
java -cp 'lib/*' Finding.java
