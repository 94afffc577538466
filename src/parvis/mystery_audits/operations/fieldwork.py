"""What a mystery citizen does to a contact: open it, fill it field by field, hand it in.

Each field is saved alone, with the version it started from. The same value sent twice is one save;
a value that started from an older version is refused with both versions, never silently merged.
Every act locks the contact's row first, so that a save cannot slip in behind a submission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.editions.dates import local_day
from parvis.foundation.days import day_in_words
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.permissions import Denied
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Answer, ClockReading, Contact
from parvis.mystery_audits.operations.transitions import transition
from parvis.mystery_audits.permissions import may_write
from parvis.mystery_audits.questions import (
    ACKNOWLEDGED_AT,
    ANSWERED_AT,
    COMMENT,
    EVENTS,
    NO_ANSWER,
    SENT_AT,
    Missing,
    awaits_a_reply,
    entered_criterion,
    missing_from,
)
from parvis.questionnaires.grid_schema import parse_value

MAX_COMMENT_LENGTH = 2000
# A phone whose clock runs a little ahead is not a lie about the future.
CLOCK_TOLERANCE_SECONDS = 120


class StaleField(Conflict):
    """The field was saved elsewhere since this version was read; both versions are kept here.

    `stored` is what the database holds, at `base`; `submitted` is what was refused.
    """

    def __init__(self, field: str, *, stored: object, submitted: object, base: object) -> None:
        super().__init__(
            _(
                "Cette réponse a été enregistrée autrement depuis un autre écran. "
                "Choisissez la version à garder."
            ),
            field=field,
        )
        self.stored = stored
        self.submitted = submitted
        self.base = base


class Incomplete(Refusal):
    """The contact cannot be handed in yet; `missing` lists what to give, in the form's order."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__(
            _("Il manque encore : %s.") % " ; ".join(item.label.rstrip(" .?") for item in missing),
            field=missing[0].field,
        )
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Saved:
    """The receipt of one field: what is now stored, and the version to start the next save from.

    `base` is the revision of an answer, or the stored value itself for a field of the contact.
    """

    field: str
    value: object
    base: object
    at: datetime


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """A device's own hour at one touch, and what was added to it to agree with the server."""

    device_at: datetime
    offset_seconds: float


def start(*, contact: Contact, by: Person) -> Contact:
    """Begin an assigned contact; beginning one already begun changes nothing."""
    with transaction.atomic():
        return _begin(_lock(contact, by), by)


@transaction.atomic
def save_answer(
    *, contact: Contact, criterion: str, value: str, base_revision: int, by: Person
) -> Saved:
    """Store the answer to one criterion; an empty value takes the answer back.

    `base_revision` is the revision read with the former value, 0 where there was none. Raises
    Refusal for an unknown criterion or an impossible value, StaleField when the stored answer is
    another one at another revision.
    """
    locked = _lock(contact, by)
    rule = entered_criterion(locked, criterion)
    if rule is None:
        raise Refusal(_("Cette question ne fait pas partie du formulaire."), field=criterion)
    try:
        stored_form = parse_value(rule, value) if value.strip() else ""
    except ValueError as error:
        raise Refusal(str(error), field=criterion) from error
    now = timezone.now()
    answer = Answer.objects.filter(contact=locked, criterion=criterion).first()
    if answer is None:
        answer = Answer(contact=locked, criterion=criterion, value="", revision=0)
    if answer.value == stored_form:
        return Saved(criterion, stored_form, answer.revision, now)
    if base_revision != answer.revision:
        raise StaleField(
            criterion, stored=answer.value, submitted=stored_form, base=answer.revision
        )
    answer.value = stored_form
    answer.revision += 1
    answer.answered_at = now
    answer.save()
    _begin(locked, by)
    return Saved(criterion, stored_form, answer.revision, now)


@transaction.atomic
def save_events(
    *,
    contact: Contact,
    changes: Mapping[str, datetime | None],
    bases: Mapping[str, datetime | None],
    by: Person,
    clock: DeviceClock | None = None,
) -> list[Saved]:
    """Store dated events (`sent_at`, `acknowledged_at`, `answered_at`), judged together.

    `bases` holds the moments read before, to the minute, as forms show them; `clock` is what the
    device that dated them showed, kept beside. Raises Refusal on the field that is in the future,
    outside the wave or before the sending; StaleField as above.
    """
    locked = _lock(contact, by)
    if unknown := set(changes) - set(EVENTS):
        raise Refusal(_("Cette date n’existe pas."), field=min(unknown))
    now = timezone.now()
    real: dict[str, datetime | None] = {}
    for field, moment in changes.items():
        stored = getattr(locked, field)
        # A form shows minutes: the same minute is the same moment, whose seconds are kept.
        if to_minute(stored) == to_minute(moment):
            continue
        if to_minute(bases.get(field)) != to_minute(stored):
            raise StaleField(field, stored=stored, submitted=moment, base=stored)
        real[field] = moment
    _check_events(locked, real, now)
    _write(locked, by, **real)
    if clock is not None:
        ClockReading.objects.bulk_create(
            ClockReading(
                contact=locked,
                event=field,
                device_at=clock.device_at,
                offset_seconds=clock.offset_seconds,
                received_at=now,
            )
            for field in real
        )
    return [Saved(field, getattr(locked, field), getattr(locked, field), now) for field in changes]


@transaction.atomic
def save_no_answer(*, contact: Contact, no_answer: bool, base: bool, by: Person) -> Saved:
    """State, or take back, that no answer came; refused where an answer is dated."""
    locked = _lock(contact, by)
    if locked.no_answer != no_answer:
        if base != locked.no_answer:
            raise StaleField(
                NO_ANSWER, stored=locked.no_answer, submitted=no_answer, base=locked.no_answer
            )
        if no_answer and locked.answered_at is not None:
            raise Refusal(
                _("Une réponse est datée : effacez sa date pour déclarer l’absence de réponse."),
                field=NO_ANSWER,
            )
        _write(locked, by, no_answer=no_answer)
    return Saved(NO_ANSWER, no_answer, no_answer, timezone.now())


@transaction.atomic
def save_comment(*, contact: Contact, comment: str, base: str, by: Person) -> Saved:
    """Store the comment, spaces around it removed; `base` is the comment read before."""
    locked = _lock(contact, by)
    # Browsers send line ends as CR LF, whatever the page was given.
    comment, base = (text.replace("\r\n", "\n").strip() for text in (comment, base))
    if len(comment) > MAX_COMMENT_LENGTH:
        raise Refusal(
            _("Le commentaire compte %(length)d caractères, pour %(limit)d au plus.")
            % {"length": len(comment), "limit": MAX_COMMENT_LENGTH},
            field=COMMENT,
        )
    if "\x00" in comment:
        raise Refusal(_("Le commentaire contient un caractère impossible."), field=COMMENT)
    if locked.comment != comment:
        if base != locked.comment:
            raise StaleField(COMMENT, stored=locked.comment, submitted=comment, base=locked.comment)
        _write(locked, by, comment=comment)
    return Saved(COMMENT, comment, comment, timezone.now())


@transaction.atomic
def submit(*, contact: Contact, by: Person, note: str = "") -> Contact:
    """Hand the contact in for review. After a return, `note` answers the reviewer.

    Handing in twice is handing in once. Raises Incomplete with everything still to be given.
    """
    locked = _locked_row(contact)
    if locked.state == ContactState.SUBMITTED and may_have_submitted(locked, by):
        return locked
    _require_writing(locked, by)
    given = dict(Answer.objects.filter(contact=locked).values_list("criterion", "value"))
    if missing := missing_from(locked, given):
        raise Incomplete(missing)
    # An answer taken back is kept while the form is open, for its revision; then it is nothing.
    Answer.objects.filter(contact=locked, value="").delete()
    _begin(locked, by)
    return transition(
        contact=locked,
        to_state=ContactState.SUBMITTED,
        by=by,
        reason=note.strip()[:1000],
        submitted_at=timezone.now(),
    )


def may_have_submitted(contact: Contact, by: Person) -> bool:
    """Whether a contact already handed in was so by this person: their second click is no error."""
    return contact.mystery_citizen is not None and contact.mystery_citizen.person_id == by.pk


def to_minute(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(second=0, microsecond=0)


def _locked_row(contact: Contact) -> Contact:
    return (
        Contact.objects.select_for_update(of=("self",))
        .select_related("organisation", "mystery_citizen", "wave__edition__grid")
        .get(pk=contact.pk)
    )


def _lock(contact: Contact, by: Person) -> Contact:
    locked = _locked_row(contact)
    _require_writing(locked, by)
    return locked


def _require_writing(contact: Contact, by: Person) -> None:
    decision = may_write(by, contact)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)


def _begin(contact: Contact, by: Person) -> Contact:
    if contact.state == ContactState.ASSIGNED:
        transition(contact=contact, to_state=ContactState.IN_PROGRESS, by=by)
    return contact


def _write(contact: Contact, by: Person, **changes: object) -> None:
    if not changes:
        return
    Contact.objects.filter(pk=contact.pk).update(revision=F("revision") + 1, **changes)
    contact.revision += 1
    for name, value in changes.items():
        setattr(contact, name, value)
    _begin(contact, by)


def _check_events(contact: Contact, changed: dict[str, datetime | None], now: datetime) -> None:
    """Refuse impossible dates; an answer in the minute of the sending is moved onto it."""
    for field, moment in changed.items():
        if moment is not None and (moment - now).total_seconds() > CLOCK_TOLERANCE_SECONDS:
            raise Refusal(_("Cette date est dans l’avenir."), field=field)
    sent = changed.get(SENT_AT, contact.sent_at)
    _check_inside_wave(contact, changed.get(SENT_AT))
    for field in (ACKNOWLEDGED_AT, ANSWERED_AT):
        moment = changed.get(field, getattr(contact, field))
        if moment is None:
            continue
        if field in changed and not awaits_a_reply(contact):
            raise Refusal(_("Ce canal n’attend pas de réponse datée."), field=field)
        if sent is None:
            raise Refusal(_("Indiquez d’abord quand la demande a été faite."), field=SENT_AT)
        if moment < sent:
            # Forms give minutes, the sending may hold seconds.
            if to_minute(moment) == to_minute(sent):
                changed[field] = sent
                continue
            raise Refusal(
                _("L’accusé de réception ne peut pas précéder la demande.")
                if field == ACKNOWLEDGED_AT
                else _("La réponse ne peut pas précéder la demande."),
                field=field if field in changed else SENT_AT,
            )
    if changed.get(ANSWERED_AT) is not None and contact.no_answer:
        raise Refusal(
            _("Vous avez déclaré l’absence de réponse : décochez-la avant de dater une réponse."),
            field=ANSWERED_AT,
        )


def _check_inside_wave(contact: Contact, sent: datetime | None) -> None:
    if sent is None:
        return
    wave = contact.wave
    day = local_day(sent, wave.edition.time_zone)
    if not wave.starts_on <= day <= wave.ends_on:
        raise Refusal(
            _("La demande se fait pendant la vague, du %(first)s au %(last)s.")
            % {"first": _in_words(wave.starts_on), "last": _in_words(wave.ends_on)},
            field=SENT_AT,
        )


def _in_words(day: date) -> str:
    return day_in_words(day)
