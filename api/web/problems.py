"""Errors for programs: problem documents (RFC 9457); faults of fields in German and English.

Entry points: `problem_response`, `wants_page` (page or problem document?), `wrong_parameters`, `problem_types`,
`name_of`.
"""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.web.addresses import path
from api.web.answers import is_data
from api.web.negotiate import HTML, PAGE_FORMATS, preferred
from registry.errors import LotseError, ValidationError
from registry.model import Text
from registry.model.message import message, translations

PROBLEM_TYPE: Final = "application/problem+json"
PROBLEMS: Final = "https://w3id.org/lotse/problems#"
RETRY_STATUSES: Final = (429, 503)  # statuses with a Retry-After header
_FORMS: Final[Mapping[str, str]] = {  # type of the framework's error -> code of ours
    "int_parsing": "value-no-whole-number",
    "int_parsing_size": "value-number-too-large",
    "missing": "value-missing",
}


class WrongOut(msgspec.Struct, frozen=True):
    """A wrong field or parameter: the rule that it breaks, a message and how to correct it."""

    field: str
    rule: str
    message: Text
    remedy: Text


class ProblemOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """`type` names the kind of problem; `errors`: the fields. Some problems have members of their own, such as the
    `record_title`, `reason` and date (`withdrawn`) of a withdrawn record."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[WrongOut, ...] = ()


def problem(error: LotseError) -> dict[str, Any]:
    """An error as a problem document: type, title, status, detail, `errors` for fields, and what else it knows."""
    name = name_of(error)
    document = ProblemOut(PROBLEMS + name, name.replace("-", " ").capitalize(), error.status, error.message)
    members: dict[str, Any] = msgspec.to_builtins(document)
    return members | {key: value for key, value in error.detail.items() if key not in members}


def _name(error: type[LotseError]) -> str:
    hyphenated = re.sub(r"(?<!^)([A-Z])", r"-\1", error.__name__.removesuffix("Error")).lower()
    return hyphenated if error is not LotseError else "error"


def problem_types() -> list[tuple[int, str]]:
    """Status and type (the last part of its IRI) of each problem that there is, in order of status."""
    kinds, left = {LotseError}, [LotseError]
    while left:
        subclasses = left.pop().__subclasses__()
        kinds |= {*subclasses}
        left += subclasses
    return sorted((kind.status, _name(kind)) for kind in kinds if not kind.__name__.startswith("_"))


def problem_response(error: LotseError) -> Response:
    body = msgspec.json.encode(problem(error), enc_hook=str)
    challenge = {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else {}
    explained = {"Link": f'<{path("problem", "de", name_of(error))}>; rel="help"'}
    return Response(body, error.status, media_type=PROBLEM_TYPE, headers=headers(error) | challenge | explained)


def name_of(error: LotseError) -> str:
    """The kind of an error, the last part of the type of its problem document: `not-found`; its page has that name."""
    public = next(kind for kind in type(error).__mro__ if not kind.__name__.startswith("_"))
    return _name(public)


def headers(error: LotseError) -> dict[str, str]:
    """The headers of an error, as page or document: never cached; `Retry-After` for RETRY_STATUSES (RFC 9110 section
    10.2.3)."""
    retry = {"Retry-After": str(error.detail.get("seconds", 60))} if error.status in RETRY_STATUSES else {}
    return {"Cache-Control": "no-store", **retry}


def wants_page(request: Request) -> bool:
    """Whether an error is to be shown as a page; everybody else gets a problem document."""
    path, accept = request.url.path, request.headers.get("accept", "")
    prefers_html = preferred(accept, PAGE_FORMATS) is HTML
    if path.startswith("/id/"):  # the URI of a thing is for programs; a browser names text/html
        return prefers_html and HTML.type in accept.lower()
    return prefers_html and not is_data(path)


def wrong_parameters(errors: Iterable[Mapping[str, Any]]) -> ValidationError:
    """The validation errors of FastAPI as one ValidationError of ours."""
    fields = [
        {
            "field": ".".join(map(str, error["loc"][1:])),
            "rule": error["type"],
            "message": translations(message(_FORMS.get(error["type"], "value-form"), words=error["msg"])),
            "remedy": translations(message("see-openapi-parameters")),
        }
        for error in errors
    ]
    return ValidationError("parameter-wrong", fields)
