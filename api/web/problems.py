"""Errors as programs read them: problem documents (RFC 9457), what is wrong with a field in German and English."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.web.answers import is_data
from api.web.negotiate import HTML, PAGE_FORMATS, preferred
from registry.errors import LotseError, ValidationError
from registry.model import Text
from registry.model.message import message, translations

PROBLEM_TYPE: Final = "application/problem+json"
PROBLEMS: Final = "https://w3id.org/lotse/problems#"
RETRIED: Final = (429, 503)  # statuses that say when to come back
_FORMS: Final[Mapping[str, str]] = {  # type of the framework's error -> code of ours
    "int_parsing": "value-no-whole-number",
    "int_parsing_size": "value-number-too-large",
    "missing": "value-missing",
}


class WrongOut(msgspec.Struct, frozen=True):
    """One field or parameter: by which rule it is wrong, what to say of it, how to mend it."""

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
    name = _name(error)
    said = ProblemOut(PROBLEMS + name, name.replace("-", " ").capitalize(), error.status, error.message)
    found: dict[str, Any] = msgspec.to_builtins(said)
    return found | {key: value for key, value in error.detail.items() if key not in found}


def _name(error: LotseError) -> str:
    words = re.sub(r"(?<!^)([A-Z])", r"-\1", type(error).__name__.removesuffix("Error")).lower()
    return words if type(error) is not LotseError else "error"


def problem_response(error: LotseError) -> Response:
    body = msgspec.json.encode(problem(error), enc_hook=str)
    return Response(body, error.status, media_type=PROBLEM_TYPE, headers=headers(error))


def headers(error: LotseError) -> dict[str, str]:
    """Of an error in any form: nobody keeps it, and who is to come back is told when (RFC 9110 section 10.2.3)."""
    again = {"Retry-After": str(error.detail.get("seconds", 60))} if error.status in RETRIED else {}
    return {"Cache-Control": "no-store", **again}


def wants_page(request: Request) -> bool:
    """Whether an error is to be shown as a page; everybody else gets a problem document."""
    path, accept = request.url.path, request.headers.get("accept", "")
    liked = preferred(accept, PAGE_FORMATS) is HTML
    if path.startswith("/id/"):  # a thing's name, for programs; but a browser, which says so, may come along it too
        return liked and HTML.type in accept.lower()
    return liked and not is_data(path)


def wrong_parameters(errors: Iterable[Mapping[str, Any]]) -> ValidationError:
    """What the framework found wrong with parameters."""
    fields = [
        {
            "field": ".".join(map(str, one["loc"][1:])),
            "rule": one["type"],
            "message": translations(message(_FORMS.get(one["type"], "value-form"), words=one["msg"])),
            "remedy": translations(message("see-openapi-parameters")),
        }
        for one in errors
    ]
    return ValidationError("parameter-wrong", fields)
