"""The description of a record that search engines read."""

import json

from tests.builders import a_dataset, a_record
from tests.town import Town


def test_search_engines_get_a_description_that_cannot_break_out(city: Town) -> None:
    from api.data.schema_org import script

    evil = a_record("x", said=a_dataset("</script><script>alert(1)</script>"))
    made = str(script(evil, "https://x.example", "de"))
    assert made.count("<script") == made.count("</script>") == 1
    data = json.loads(made.partition(">")[2].rpartition("</script>")[0])
    assert data["@type"] == "Dataset"
    assert data["name"] == "</script><script>alert(1)</script>"
