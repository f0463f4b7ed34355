"""Organizations that a form names and the register does not know: what may be meant, and names that are of a person.

Entry point: `office_faults`. Invariant: whoever filled in the form can say that it really is a new organization.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from api.editing.form_context import Entered, FieldError, FormContext
from api.editing.form_fields import base_name, form_of
from api.text.i18n import translator
from registry.model import Metadata
from registry.model.agents import agents
from registry.model.text import normal_name

_TITLE: Final = re.compile(r"(?:herr|frau|mr|mrs|ms)\b\.?\s+\S", re.IGNORECASE)
_DEGREE: Final = re.compile(r"(?:(?:prof|dr|dipl|ing|mag|med|phil|jur|rer|nat|pol|h\.\s?c)\b[.-]*\s*)+", re.IGNORECASE)
_OF_OFFICES: Final = re.compile(
    r"amt\b|werke?\b|verein|verband|stiftung|institut|schule|stadt|gmbh|\bag\b|\bkg\b|e\.\s?v\.|\bev\b|büro|agentur|"
    r"gesellschaft|zentrum|universität|kreis|museum|haus\b|bund\b|initiative|netzwerk|&|\b(?:für|for|of|und|and)\b",
    re.IGNORECASE,
)
_FIRST_NAMES: Final = frozenset(
    """
    achim alexander alexandra ali andrea andreas anette angela anita anja anke anna anne annette antje armin astrid
    ayse barbara beate ben bernd bernhard bettina birgit björn brigitte britta bruno carina carla carmen carolin
    caroline carsten christa christian christiane christina christine christoph clara claudia claus cornelia dagmar
    daniel daniela david dennis detlef dieter dirk dominik doris elena elisabeth elke ellen emma erik erika ernst
    eva fabian fatma felix florian frank franz franziska friedrich fritz gabi gabriele georg gerd gerhard gisela
    günter günther hannah hannelore hans harald hartmut heike heiko heinrich heinz helga helmut henning herbert
    hermann holger horst ilona inge ingo ingrid irene iris isabel jan jana jennifer jens joachim jochen johanna
    johannes john jonas josef judith julia jutta jörg jürgen kai karin karl karsten katharina kathrin katja katrin
    kerstin klaus konrad kristina kurt lara lars laura lea lena leon lisa lothar ludwig lukas lutz manfred manuel
    manuela marc marcel marco margit maria marie marina mario marion markus martin martina mary matthias max
    maximilian mehmet melanie michael michaela miriam mohamed monika mustafa nadine natalie nicole niklas nils nina
    norbert olaf oliver otto patrick paul paula peter petra philipp rainer ralf ralph regina reinhard renate rita
    robert roland rolf rudolf sabine sabrina samuel sandra sara sarah sebastian silke silvia simon simone sofia
    sonja sophie stefan stefanie steffen stephan stephanie susanne sven svenja sylvia tanja theresa thomas thorsten
    tim tobias tom torsten udo ulf ulrich ulrike ursula ute uwe vanessa vera verena volker walter werner wilhelm
    wolfgang yasemin yvonne
    """.split()  # noqa: SIM905 - a list of 180 strings is not readable
)


def office_faults(
    values: Entered, metadata: Metadata, context: FormContext, confirmed: Collection[str]
) -> list[FieldError]:
    """An error for each field that names an organization which the register does not know, unless somebody has
    `confirmed` that it is a new one."""
    accepted = {name for _field, agent in agents(metadata) if agent.id for name in agent.name.values()}
    return [
        error
        for name, value in _named(values, context)
        if value not in (*accepted, *confirmed)
        for error in _fault(name, value, context)
    ]


def _named(values: Entered, context: FormContext) -> Iterator[tuple[str, str]]:
    """Input and value of each field that names an organization."""
    fields = {form_field.name for form_field in form_of(context.kind) if form_field.takes_office(context.kind)}
    for name, value in values.items():
        if value and base_name(name)[0] in fields:
            yield name, value


def _fault(name: str, value: str, context: FormContext) -> Iterator[FieldError]:
    _ = translator(context.lang)
    similar = context.similar_offices(value)
    if similar is None:
        return
    if is_person(value):
        sentence = _("„%(name)s“ klingt nach einer Person. Nennen Sie die Stelle, die zuständig ist.")
    elif similar:
        sentence = _("„%(name)s“ steht nicht im Verzeichnis. Meinten Sie eine dieser Stellen?")
    else:
        sentence = _(
            "„%(name)s“ steht nicht im Verzeichnis. Prüfen Sie den Namen, oder bestätigen Sie die neue Stelle."
        )
    yield FieldError(name, sentence % {"name": value}, similar, new=value)


def is_person(name: str) -> bool:
    """Whether a name looks like that of a person: with Herr or Frau, or a common first name and one or two words."""
    if _TITLE.match(name):
        return True
    parts = normal_name(_DEGREE.sub("", name, count=1)).split()
    return 2 <= len(parts) <= 3 and parts[0].split("-")[0] in _FIRST_NAMES and not _OF_OFFICES.search(name)
