"""The errors of CKAN's API, by their `__type`: clients such as ckanapi raise an exception of their own for each."""

from collections.abc import Mapping, Sequence
from typing import Any


class CkanError(Exception):
    """An error as CKAN answers it. `fields`: name of a parameter -> sentences."""

    status = 400
    type = "Error"

    def __init__(self, message: str = "", fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}

    def body(self) -> dict[str, Any]:
        named = {"message": self.message} if self.message else {}
        return {"__type": self.type, **named, **self.fields}


class CkanNotFoundError(CkanError):
    status = 404
    type = "Not Found Error"


class CkanAuthorizationError(CkanError):
    status = 403
    type = "Authorization Error"


class CkanValidationError(CkanError):
    """`fields` says which parameters are wrong."""

    status = 409
    type = "Validation Error"


class SearchQueryError(CkanError):
    """A parameter of a search that there is not, or that cannot be used."""

    status = 400
    type = "Search Query Error"
