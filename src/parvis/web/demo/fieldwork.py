"""A wave of fieldwork already done: its contacts, their answers and their steps, written in bulk.

The contacts are those the product itself plans; what the mystery citizens did with them is drawn
from the truth. Seven thousand contacts and a hundred and fifty thousand answers would take hours
through the operations, one field at a time: they are written directly, and a test holds every row
to the rules the operations enforce.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.editions.enums import WaveState
from parvis.editions.models import Wave
from parvis.foundation.working_time import add_working_hours, time_zone_of
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Answer, Contact, MysteryCitizen, Transition
from parvis.mystery_audits.operations.planning import DEFAULT_PER_CHANNEL, plan_contacts
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grid_schema import GridDocument
from parvis.web.demo.answers import BEHAVIOURS, Observations, observe
from parvis.web.demo.dates import CLOSING_DELAY, moment
from parvis.web.demo.rows import as_stored, insert_rows
from parvis.web.demo.truth import CHANNELS, Truth, noisy

# The steps of an accepted contact, and its revision after them.
_STEPS = (
    ContactState.PLANNED,
    ContactState.ASSIGNED,
    ContactState.IN_PROGRESS,
    ContactState.SUBMITTED,
    ContactState.IN_REVIEW,
    ContactState.VALIDATED,
)
# Requests are made while the body is open: from 9:10, for some seven hours.
_FIRST_REQUEST = time(9, 10)
_REQUEST_MINUTES = 7 * 60
# One contact in eight bears a comment.
_COMMENT_SHARE = 0.125


@dataclass(frozen=True, slots=True)
class Crew:
    """Who did the fieldwork. The panel has an even number of members."""

    panel: Sequence[MysteryCitizen]
    reviewers: Sequence[Person]
    operator: Person


def conduct_wave(
    *,
    wave: Wave,
    truth: Truth,
    position: Mapping[int, int],
    grid: GridDocument,
    crew: Crew,
    rng: np.random.Generator,
) -> int:
    """Write a wave wholly done, validated and closed; return its number of contacts.

    `position` gives the row of the truth for the number of each body.
    """
    contacts = plan_contacts(wave=wave, per_channel=DEFAULT_PER_CHANNEL).contacts
    by_channel: dict[Channel, list[Contact]] = defaultdict(list)
    for contact in contacts:
        by_channel[Channel(contact.channel)].append(contact)
    closed_at = moment(wave.ends_on + CLOSING_DELAY, 18)
    done: list[tuple[list[Contact], Observations]] = []
    for channel in CHANNELS:
        of_channel = by_channel[channel]
        if not of_channel:
            continue
        rows = [position[contact.organisation_id] for contact in of_channel]
        quality = truth.quality[rows, wave.number - 1, CHANNELS.index(channel)]
        observed = observe(
            grid.of_channel(channel), BEHAVIOURS[channel], noisy(rng, quality, channel), rng
        )
        for index, contact in enumerate(of_channel):
            _assign(contact, rows[index], wave.number, crew)
        _date(of_channel, observed, BEHAVIOURS[channel].latest_hours, closed_at, rng)
        _comment(of_channel, observed, rng)
        done.append((of_channel, observed))
    Contact.objects.bulk_create(contacts, batch_size=500)
    for of_channel, observed in done:
        _write_answers(of_channel, observed)
    _write_steps(contacts, wave, crew, rng)
    wave.state, wave.closed_at = WaveState.CLOSED, closed_at
    wave.save(update_fields=["state", "closed_at"])
    return len(contacts)


def _assign(contact: Contact, row: int, wave_number: int, crew: Crew) -> None:
    """Half of the panel tests a body in one wave, the other half in the other: rotation."""
    half = len(crew.panel) // 2
    channel = CHANNELS.index(Channel(contact.channel))
    turn = (row * 7 + channel * 5 + contact.rank) % half
    contact.mystery_citizen = crew.panel[turn + half * ((row + wave_number) % 2)]
    contact.reviewer = crew.reviewers[(row + channel + contact.rank) % len(crew.reviewers)]
    contact.state = ContactState.VALIDATED
    contact.revision = len(_STEPS)


def _date(
    contacts: Sequence[Contact],
    observed: Observations,
    latest_hours: float,
    closed_at: datetime,
    rng: np.random.Generator,
) -> None:
    """Date the request, the reply and what followed, on the body's own clock."""
    starts = rng.integers(0, _REQUEST_MINUTES, len(contacts))
    entered = rng.uniform(0.3, 20.0, len(contacts))
    read = rng.uniform(2.0, 70.0, len(contacts))
    for index, contact in enumerate(contacts):
        departement = contact.organisation.departement_code
        zone = ZoneInfo(time_zone_of(departement))
        assert contact.planned_on is not None
        opening = datetime.combine(contact.planned_on, _FIRST_REQUEST, tzinfo=zone)
        # The demonstration is in whole minutes, as forms are.
        sent = (opening + timedelta(minutes=int(starts[index]))).astimezone(UTC)
        contact.sent_at = last = sent
        contact.no_answer = bool(observed.no_answer[index])
        for name, hours in (
            ("acknowledged_at", observed.acknowledged_hours[index]),
            ("answered_at", observed.answered_hours[index]),
        ):
            if not np.isnan(hours):
                event = add_working_hours(sent, float(hours), departement_code=departement)
                setattr(contact, name, event.astimezone(UTC))
                last = max(last, event.astimezone(UTC))
        if contact.no_answer and latest_hours:
            last = add_working_hours(sent, latest_hours, departement_code=departement)
        handed_in = last + timedelta(hours=float(entered[index]))
        contact.submitted_at = min(handed_in, closed_at - timedelta(hours=3))
        validated_at = contact.submitted_at + timedelta(hours=float(read[index]))
        contact.validated_at = min(validated_at, closed_at - timedelta(hours=1))


def _comment(contacts: Sequence[Contact], observed: Observations, rng: np.random.Generator) -> None:
    """Neutral words on some contacts, without any name."""
    answered = (
        _("Interlocuteur attentif ; la réponse tient en quelques phrases claires."),
        _("La réponse renvoie au site sans préciser la page."),
        _("Réponse complète, avec les pièces à fournir."),
        _("Il a fallu reformuler la demande avant d’être compris."),
        _("Accueil aimable, information un peu générale."),
    )
    silent = (
        _("Aucune réponse à la fin de la période d’attente."),
        _("Relance inutile d’après le protocole : la demande est restée sans suite."),
    )
    chosen = rng.random(len(contacts)) < _COMMENT_SHARE
    turns = rng.integers(0, 60, len(contacts))
    for index in np.flatnonzero(chosen).tolist():
        phrases = silent if observed.no_answer[index] else answered
        contacts[index].comment = phrases[turns[index] % len(phrases)]


def _write_answers(contacts: Sequence[Contact], observed: Observations) -> None:
    given = list(observed.values.items())
    insert_rows(
        Answer,
        ("contact_id", "criterion", "value", "revision", "answered_at"),
        (
            (contact.pk, code, values[index], 1, as_stored(contact.submitted_at))
            for index, contact in enumerate(contacts)
            if contact.submitted_at is not None
            for code, values in given
            if values[index]
        ),
    )


def _write_steps(
    contacts: Sequence[Contact], wave: Wave, crew: Crew, rng: np.random.Generator
) -> None:
    assigned_at = moment(wave.starts_on - timedelta(days=3), 10)
    reading = rng.uniform(2.0, 50.0, len(contacts))
    rows = []
    for contact, minutes in zip(contacts, reading, strict=True):
        assert contact.mystery_citizen is not None
        assert contact.sent_at is not None
        assert contact.submitted_at is not None
        assert contact.validated_at is not None
        tester = contact.mystery_citizen.person_id
        taken_at = contact.validated_at - timedelta(minutes=float(minutes))
        moments = (
            (assigned_at, crew.operator.pk),
            (contact.sent_at, tester),
            (contact.submitted_at, tester),
            (taken_at, contact.reviewer_id),
            (contact.validated_at, contact.reviewer_id),
        )
        for (before, after), (at, actor) in zip(pairwise(_STEPS), moments, strict=True):
            rows.append((contact.pk, before.value, after.value, as_stored(at), actor, ""))
    insert_rows(
        Transition, ("contact_id", "from_state", "to_state", "at", "actor_id", "reason"), rows
    )
