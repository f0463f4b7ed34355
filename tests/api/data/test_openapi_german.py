"""What is said in German about the API is said of what there is."""

from starlette.testclient import TestClient

from api.data.openapi import DESCRIPTIONS
from api.data.openapi_german import OPERATIONS, PARAMETERS, STATUSES


def test_what_is_said_in_german_is_said_of_what_there_is(browser: TestClient) -> None:
    document = browser.get("/openapi.json").json()
    operations_named = [operation for item in document["paths"].values() for operation in item.values()]
    assert {*OPERATIONS} - {operation["operationId"] for operation in operations_named} == set()
    described = {given["description"] for operation in operations_named
                 for given in operation.get("parameters", ()) if "description" in given}  # fmt: skip
    assert {*PARAMETERS} - described == {"The id", "The name", "The number"}  # of parameters in a path
    assert {*DESCRIPTIONS} - {*STATUSES} == set()
