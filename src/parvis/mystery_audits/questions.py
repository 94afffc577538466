"""What the form of a contact asks, given its channel, its grid and what was already answered.

Delays are never asked: they come from the dates of the sending, the acknowledgement and the answer.
What a test without any answer scores 0 for is not asked either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from parvis.foundation.working_time import time_zone_of
from parvis.mystery_audits.models import Contact
from parvis.questionnaires.enums import Channel, CriterionKind
from parvis.questionnaires.grid_schema import (
    NO,
    NOT_APPLICABLE,
    YES,
    Criterion,
    LocalisedText,
    is_asked,
)
from parvis.questionnaires.grids import document_of

# Names under which dates, the absence of an answer and the comment are saved, beside the codes of
# criteria, which always contain a dot.
SENT_AT = "sent_at"
ACKNOWLEDGED_AT = "acknowledged_at"
ANSWERED_AT = "answered_at"
NO_ANSWER = "no_answer"
COMMENT = "comment"
EVENTS = (SENT_AT, ACKNOWLEDGED_AT, ANSWERED_AT)

SENT_LABELS = {
    Channel.PHONE: _lazy("Heure de l’appel"),
    Channel.EMAIL: _lazy("Message envoyé le"),
    Channel.WEBSITE: _lazy("Visite du site le"),
    Channel.POST: _lazy("Courrier posté le"),
    Channel.SOCIAL: _lazy("Message envoyé le"),
    Channel.VISIT: _lazy("Arrivée sur place"),
}
NO_ANSWER_LABELS = {
    Channel.PHONE: _lazy("Personne ni aucun menu n’a répondu, à aucun de mes appels"),
    Channel.EMAIL: _lazy("Je n’ai reçu aucune réponse"),
    Channel.WEBSITE: _lazy("Le site ne s’est jamais ouvert"),
    Channel.POST: _lazy("Je n’ai reçu aucune réponse"),
    Channel.SOCIAL: _lazy("Je n’ai reçu aucune réponse"),
    Channel.VISIT: _lazy("Personne ne m’a reçu : le lieu était fermé"),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing still to be given before a contact can be handed in."""

    field: str
    label: str


def in_language(text: LocalisedText) -> str:
    return text.in_language(get_language() or "fr")


def zone_of(contact: Contact) -> str:
    """The time zone in which the contact's times are entered and read: the body's."""
    return time_zone_of(contact.organisation.departement_code)


def criteria_of(contact: Contact) -> tuple[Criterion, ...]:
    """The criteria of the contact's channel, delays included, in the grid's order."""
    return document_of(contact.wave.edition.grid).of_channel(contact.channel)


def entered_criterion(contact: Contact, code: str) -> Criterion | None:
    """The criterion of that code if the contact's form asks it, else None."""
    return next(
        (item for item in criteria_of(contact) if item.code == code and item.is_entered), None
    )


def awaits_a_reply(contact: Contact) -> bool:
    """Whether the channel answers later, so that dates of acknowledgement and answer are asked."""
    return any(criterion.kind == CriterionKind.DELAY for criterion in criteria_of(contact))


def applies(criterion: Criterion, values: Mapping[str, str], *, no_answer: bool) -> bool:
    """Whether the criterion is to be answered, given the other answers."""
    if not criterion.is_entered or (no_answer and criterion.scored_zero_if_no_answer):
        return False
    return is_asked(criterion, values)


def missing_from(contact: Contact, values: Mapping[str, str]) -> list[Missing]:
    """What is required and not given yet, in the order of the form."""
    missing = []
    if contact.sent_at is None:
        missing.append(Missing(SENT_AT, str(SENT_LABELS[Channel(contact.channel)])))
    if awaits_a_reply(contact) and contact.answered_at is None and not contact.no_answer:
        missing.append(Missing(ANSWERED_AT, _("La date de la réponse, ou l’absence de réponse")))
    missing += [
        Missing(criterion.code, in_language(criterion.label))
        for criterion in criteria_of(contact)
        if criterion.required
        and applies(criterion, values, no_answer=contact.no_answer)
        and not values.get(criterion.code)
    ]
    return missing


def value_label(criterion: Criterion, value: str) -> str:
    """A stored answer in words, in the reader's language."""
    if value == "":
        return _("pas de réponse")
    if value == NOT_APPLICABLE:
        return _("Sans objet")
    if criterion.kind == CriterionKind.YES_NO:
        return {YES: _("Oui"), NO: _("Non")}[value]
    if criterion.kind == CriterionKind.GRADED:
        return next(in_language(item.label) for item in criterion.options if item.code == value)
    if criterion.kind == CriterionKind.DURATION:
        return _("%s min") % value
    return value
