"""What the page of a contact shows, for the person who fills it and for the one who reviews it.

Facts come first, by stage of the journey; graded judgements come last, once the facts are written
down: judging first colours what one believes to have seen (domain.md §4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from parvis.documents.language import reader_language
from parvis.editions.models import DeclaredChannel
from parvis.foundation.working_time import working_hours_between
from parvis.mystery_audits.form_fields import FieldConflict, moment_text
from parvis.mystery_audits.models import Answer, Contact, Scenario
from parvis.mystery_audits.questions import (
    ACKNOWLEDGED_AT,
    ANSWERED_AT,
    NO_ANSWER_LABELS,
    SENT_AT,
    SENT_LABELS,
    applies,
    awaits_a_reply,
    criteria_of,
    in_language,
    missing_from,
    value_label,
    zone_of,
)
from parvis.questionnaires.enums import Channel, CriterionKind, JourneyStage
from parvis.questionnaires.grid_schema import (
    MAX_COUNT,
    MAX_DURATION_MINUTES,
    NO,
    NOT_APPLICABLE,
    YES,
    Criterion,
    delay_hours,
)

TITLES = {
    Channel.PHONE: _lazy("Votre appel"),
    Channel.EMAIL: _lazy("Votre message"),
    Channel.WEBSITE: _lazy("Votre visite du site"),
    Channel.POST: _lazy("Votre courrier"),
    Channel.SOCIAL: _lazy("Votre message public ou privé"),
    Channel.VISIT: _lazy("Votre visite"),
}
NOW_LABELS = {
    Channel.PHONE: _lazy("J’appelle maintenant"),
    Channel.EMAIL: _lazy("J’envoie maintenant"),
    Channel.WEBSITE: _lazy("Je commence maintenant"),
    Channel.POST: _lazy("Je poste maintenant"),
    Channel.SOCIAL: _lazy("J’envoie maintenant"),
    Channel.VISIT: _lazy("J’arrive maintenant"),
}
EVENT_LABELS = {
    ACKNOWLEDGED_AT: _lazy("Accusé de réception reçu le"),
    ANSWERED_AT: _lazy("Première vraie réponse reçue le"),
}
EVENT_HELP = {
    SENT_AT: _lazy("L’heure exacte : tous les délais partent d’elle."),
    ACKNOWLEDGED_AT: _lazy("Même automatique. Laissez vide si vous n’en avez pas reçu."),
    ANSWERED_AT: _lazy(
        "Celle qui traite votre demande, ou qui annonce un délai ; pas l’accusé automatique."
    ),
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One criterion as the form asks it. `was` is what the page was filled from."""

    code: str
    label: str
    help: str
    value: str
    base: str
    was: str
    choices: list[Choice]
    # Bound of a number; None where choices are offered.
    maximum: int | None
    unit: str
    required: bool
    applies: bool
    # The answer on which the question depends, as "criterion=value"; empty = always asked.
    asked_if: str
    zero_if_no_answer: bool
    error: str
    conflict: FieldConflict | None

    @property
    def anchor(self) -> str:
        return anchor_of(self.code)

    @property
    def is_short(self) -> bool:
        """Whether the choices are yes, no, not applicable: they stand side by side on a phone."""
        return {choice.value for choice in self.choices} <= {YES, NO, NOT_APPLICABLE}

    @property
    def is_number(self) -> bool:
        return self.maximum is not None


@dataclass(frozen=True, slots=True)
class EventField:
    name: str
    label: str
    help: str
    value: str
    was: str
    now_label: str
    error: str
    conflict: FieldConflict | None

    @property
    def anchor(self) -> str:
        return anchor_of(self.name)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    note: str
    questions: list[Question]


@dataclass(frozen=True, slots=True)
class Given:
    """One line of the answers, in words."""

    label: str
    value: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Delay:
    """A delay the grid computes; `hours` are working hours, None = the event never came."""

    label: str
    hours: float | None
    limit: str


@dataclass(slots=True)
class FormState:
    """What a form sent back and was not saved: shown again, beside the reason."""

    posted: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, FieldConflict] = field(default_factory=dict)


def anchor_of(name: str) -> str:
    """The id of a field's element on the page."""
    return "q-" + name.replace(".", "-")


def localised(scenario: Scenario, name: str) -> str:
    """A text of the scenario in the reader's language."""
    language = reader_language()
    return str(getattr(scenario, f"{name}_{language}"))


def scenario_texts(contact: Contact) -> dict[str, str]:
    return {
        name: localised(contact.scenario, name)
        for name in ("title", "persona", "request", "good_answer")
    }


def declared_address(contact: Contact) -> str:
    """Number, address or page at which the body says it is reached; the place for a visit."""
    if contact.site is not None:
        return f"{contact.site.name}, {contact.site.address}"
    declared = DeclaredChannel.objects.filter(
        registration__organisation=contact.organisation_id,
        registration__edition=contact.wave.edition_id,
        channel=contact.channel,
    ).first()
    return declared.address if declared else ""


def hour_in_words(moment: datetime) -> str:
    """ "14 h 06": how a receipt is dated; `moment` is already in the reader's zone."""
    return _("%(hour)s h %(minute)s") % {
        "hour": date_format(moment, "H"),
        "minute": date_format(moment, "i"),
    }


def event_fields(contact: Contact, state: FormState) -> list[EventField]:
    """The dates the form asks: the sending always, the reply where the channel awaits one."""
    channel, zone = Channel(contact.channel), zone_of(contact)
    names = [SENT_AT, ACKNOWLEDGED_AT, ANSWERED_AT] if awaits_a_reply(contact) else [SENT_AT]
    fields = []
    for name in names:
        stored = moment_text(getattr(contact, name), zone)
        fields.append(
            EventField(
                name=name,
                label=str(SENT_LABELS[channel] if name == SENT_AT else EVENT_LABELS[name]),
                help=str(EVENT_HELP[name]),
                value=state.posted.get(name, stored),
                was=stored,
                now_label=str(NOW_LABELS[channel]) if name == SENT_AT else "",
                error=state.errors.get(name, ""),
                conflict=state.conflicts.get(name),
            )
        )
    return fields


def no_answer_label(contact: Contact) -> str:
    return str(NO_ANSWER_LABELS[Channel(contact.channel)])


def sections(contact: Contact, answers: Mapping[str, Answer], state: FormState) -> list[Section]:
    """Facts by stage in the order of the journey, then the judgements."""
    values = {code: answer.value for code, answer in answers.items()}
    facts: dict[str, list[Question]] = {stage: [] for stage in JourneyStage.values}
    judgements = []
    for criterion in criteria_of(contact):
        if not criterion.is_entered:
            continue
        question = _question(criterion, answers, values, contact, state)
        if criterion.kind == CriterionKind.GRADED:
            judgements.append(question)
        else:
            facts[criterion.stage].append(question)
    built = [
        Section(str(JourneyStage(stage).label), "", questions)
        for stage, questions in facts.items()
        if questions
    ]
    if judgements:
        built.append(
            Section(
                _("Votre appréciation, pour finir"),
                _("Relisez d’abord vos réponses ci-dessus : elles guident votre jugement."),
                judgements,
            )
        )
    return built


def answers_by_criterion(contact: Contact) -> dict[str, Answer]:
    return {answer.criterion: answer for answer in Answer.objects.filter(contact=contact)}


def remaining(contact: Contact, answers: Mapping[str, Answer]) -> int:
    """How many required things are still to be given."""
    return len(missing_from(contact, {code: item.value for code, item in answers.items()}))


def given_answers(contact: Contact, answers: Mapping[str, Answer]) -> list[tuple[str, list[Given]]]:
    """All answers in words, grouped and ordered as the form asks them, unasked ones left out."""
    values = {code: answer.value for code, answer in answers.items()}
    groups: dict[str, list[Given]] = {str(stage.label): [] for stage in JourneyStage}
    last = _("Appréciation")
    groups[last] = []
    for criterion in criteria_of(contact):
        if not applies(criterion, values, no_answer=contact.no_answer):
            continue
        value = values.get(criterion.code, "")
        title = (
            last
            if criterion.kind == CriterionKind.GRADED
            else str(JourneyStage(criterion.stage).label)
        )
        groups[title].append(
            Given(in_language(criterion.label), value_label(criterion, value), not value)
        )
    return [(title, lines) for title, lines in groups.items() if lines]


def delays(contact: Contact) -> list[Delay]:
    """The delays of the contact on the one clock, against the limit the grid cites."""
    acknowledged = _hours(contact, contact.acknowledged_at)
    answered = _hours(contact, contact.answered_at)
    return [
        Delay(
            in_language(criterion.label),
            delay_hours(criterion, acknowledged_hours=acknowledged, answered_hours=answered),
            in_language(criterion.limit.label) if criterion.limit else "",
        )
        for criterion in criteria_of(contact)
        if criterion.kind == CriterionKind.DELAY
    ]


def _hours(contact: Contact, end: datetime | None) -> float | None:
    if contact.sent_at is None or end is None:
        return None
    return working_hours_between(
        contact.sent_at, end, departement_code=contact.organisation.departement_code
    )


def _question(
    criterion: Criterion,
    answers: Mapping[str, Answer],
    values: Mapping[str, str],
    contact: Contact,
    state: FormState,
) -> Question:
    answer = answers.get(criterion.code)
    stored, base = (answer.value, str(answer.revision)) if answer else ("", "0")
    value = state.posted.get(criterion.code, stored)
    condition = criterion.asked_if
    maximum = {
        CriterionKind.COUNT: MAX_COUNT,
        CriterionKind.DURATION: MAX_DURATION_MINUTES,
    }.get(CriterionKind(criterion.kind))
    return Question(
        code=criterion.code,
        label=in_language(criterion.label),
        help=in_language(criterion.help),
        value=value,
        base=base,
        was=f"{base}:{stored}",
        choices=_choices(criterion, value),
        maximum=maximum,
        unit=_("minutes") if criterion.kind == CriterionKind.DURATION else "",
        required=criterion.required,
        applies=applies(criterion, values, no_answer=contact.no_answer),
        asked_if=f"{condition.criterion}={condition.equals}" if condition else "",
        zero_if_no_answer=criterion.scored_zero_if_no_answer,
        error=state.errors.get(criterion.code, ""),
        conflict=state.conflicts.get(criterion.code),
    )


def _choices(criterion: Criterion, value: str) -> list[Choice]:
    if criterion.kind == CriterionKind.YES_NO:
        pairs = [(YES, _("Oui")), (NO, _("Non"))]
    else:
        pairs = [(option.code, in_language(option.label)) for option in criterion.options]
    if criterion.not_applicable:
        pairs.append((NOT_APPLICABLE, _("Sans objet")))
    return [Choice(code, label, code == value) for code, label in pairs]
