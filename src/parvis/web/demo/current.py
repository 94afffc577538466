"""The edition under way: small, and wholly made by the operations of the product.

Registrations are open, some mandates wait, the first wave has contacts in every state, so that
each person who may be played has something to do.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from parvis.accounts.models import Person
from parvis.editions.declarations import ChannelDeclaration, SiteDeclaration
from parvis.editions.enums import OptionCode
from parvis.editions.models import Edition, Wave
from parvis.editions.operations import create_edition, open_edition, open_wave, register
from parvis.editions.rules import EditionRules
from parvis.foundation.working_time import add_working_hours, is_working_day, time_zone_of
from parvis.mystery_audits.enums import ContactState, EvidenceKind
from parvis.mystery_audits.models import Contact, MysteryCitizen
from parvis.mystery_audits.operations import fieldwork, reviewing
from parvis.mystery_audits.operations.assignments import assign
from parvis.mystery_audits.operations.evidence import add_evidence
from parvis.mystery_audits.operations.planning import DEFAULT_PER_CHANNEL, generate_contacts
from parvis.mystery_audits.questions import ACKNOWLEDGED_AT, ANSWERED_AT, SENT_AT
from parvis.organisations.models import Organisation
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grid_schema import GridDocument
from parvis.questionnaires.models import Grid
from parvis.web.demo.answers import BEHAVIOURS, observe
from parvis.web.demo.dates import current_dates
from parvis.web.demo.people import (
    MYSTERY_CITIZEN,
    OPERATOR,
    REVIEWER,
    SECOND_MYSTERY_CITIZEN,
)
from parvis.web.demo.published import OPTIONS, address_of
from parvis.web.demo.truth import noisy

# Bodies of the published edition that come back, after the first two, which can be played.
RETURNING = 8
# Replies older than this have come by now, in working hours.
_WAITED_HOURS = 16.0
_SENT_DAYS_AGO = 6
_RETURN_REASON = "La capture d’écran est illisible : merci d’en joindre une autre."


@dataclass(frozen=True, slots=True)
class Drawn:
    """One contact as it might have gone."""

    values: Mapping[str, str]
    acknowledged_hours: float | None
    answered_hours: float | None


def create_current_edition(*, grid: Grid, today: date, operator: Person) -> Edition:
    dates = current_dates(today)
    edition = create_edition(
        rules=EditionRules(
            title=f"Baromètre {dates.year} – simulation",
            slug=f"barometre-{dates.year}-simulation",
            presentation=(
                "Une édition simulée, en cours : les inscriptions sont ouvertes et la première "
                "vague a commencé."
            ),
            registration_opens_at=dates.registration_opens_at,
            registration_closes_at=dates.registration_closes_at,
            grid=grid,
            waves=dates.waves,
            options=OPTIONS,
        ),
        by=operator,
        is_simulated=True,
    )
    return open_edition(edition=edition, by=operator)


def register_bodies(
    edition: Edition,
    *,
    acting: Sequence[tuple[Organisation, Person]],
    kept: Mapping[int, Collection[OptionCode]],
) -> None:
    """Register bodies, each by who acts, or asks to act, for it.

    `kept` are the options that a body, by its number, already had and takes again.
    """
    for number, (body, person) in enumerate(acting):
        register(
            edition=edition,
            organisation=body,
            person=person,
            function="responsable de l’accueil",
            staff_informed=True,
            communicability_acknowledged=True,
            options=[
                OptionCode.VISITS if number % 2 == 0 else OptionCode.PERSONALISED_REPORT,
                *sorted(kept.get(body.pk, ())),
            ],
            channels=[
                ChannelDeclaration(channel, address=address_of(body, channel))
                for channel in Channel
            ],
            sites=[SiteDeclaration("Accueil principal", "1, place de l’Accueil")],
        )


def begin_first_wave(
    *,
    edition: Edition,
    grid: GridDocument,
    people: Mapping[str, Person],
    others: Sequence[MysteryCitizen],
    rng: np.random.Generator,
) -> int:
    """Open the first wave and bring its contacts to every state; return their number."""
    operator = people[OPERATOR.code]
    wave = open_wave(wave=edition.waves.get(number=1), by=operator)
    generate_contacts(wave=wave, per_channel=DEFAULT_PER_CHANNEL, by=operator)
    _Cast(wave, grid, people, others, rng).play()
    return Contact.objects.filter(wave=wave).count()


class _Cast:
    """Hands the contacts of the wave out, and plays some of them up to a state."""

    def __init__(
        self,
        wave: Wave,
        grid: GridDocument,
        people: Mapping[str, Person],
        others: Sequence[MysteryCitizen],
        rng: np.random.Generator,
    ) -> None:
        self.wave = wave
        self.grid = grid
        self.operator = people[OPERATOR.code]
        self.reviewer = people[REVIEWER.code]
        self.first = people[MYSTERY_CITIZEN.code].mystery_citizen
        self.second = people[SECOND_MYSTERY_CITIZEN.code].mystery_citizen
        self.others = others
        self.rng = rng
        self.today = wave.edition.day_of(timezone.now())
        self._free: dict[str, Iterator[Contact]] = {
            channel: iter(
                Contact.objects.filter(wave=wave, state=ContactState.PLANNED, channel=channel)
                .for_its_page()
                .order_by("rank", "organisation_id")
            )
            for channel in Channel
        }

    def play(self) -> None:
        phone, email, web = Channel.PHONE, Channel.EMAIL, Channel.WEBSITE
        for channel in (phone, phone, email, web, Channel.SOCIAL):
            self._give(channel, self.first, on=self.today)
        self._begin(self._give(email, self.first), with_evidence=True)
        self._return(self._give(phone, self.first))
        for channel in (phone, Channel.POST):
            self._give(channel, self.second, on=self.today)
        self._submit(self._give(phone, self.second))
        self._submit(self._give(web, self.second), with_evidence=True)
        self._hold(self._give(phone, self.second))
        for number, channel in enumerate((phone, email, web, Channel.SOCIAL, phone, email)):
            self._submit(
                self._give(channel, self.others[number % len(self.others)]),
                with_evidence=channel == email,
            )
        for number, channel in enumerate((phone, web, phone, Channel.VISIT, phone)):
            contact = self._hold(self._give(channel, self.others[number % len(self.others)]))
            reviewing.validate(contact=contact, by=self.reviewer)
        for number, channel in enumerate((phone, email, Channel.POST, phone)):
            self._give(channel, self.others[number % len(self.others)])
        reviewing.cancel_not_handed_in(
            contacts=Contact.objects.filter(pk=self._give(phone, self.others[0]).pk),
            reason="Lieu fermé pour travaux pendant toute la vague.",
            by=self.operator,
        )

    def _give(
        self, channel: Channel, citizen: MysteryCitizen, *, on: date | None = None
    ) -> Contact:
        contact = next(self._free[channel])
        rows = Contact.objects.filter(pk=contact.pk)
        if on is not None:
            # The plan spreads contacts over the wave: these are for the day of the visit.
            rows.update(planned_on=on)
        assign(contacts=rows, mystery_citizen=citizen, by=self.operator)
        return self._fresh(contact)

    def _begin(self, contact: Contact, *, with_evidence: bool = False) -> Contact:
        """Made, and waiting for the reply."""
        by = self._tester(contact)
        fieldwork.save_events(
            contact=contact,
            changes={SENT_AT: self._sent_at(contact)},
            bases={SENT_AT: None},
            by=by,
        )
        if with_evidence:
            self._attach(contact)
        return self._fresh(contact)

    def _submit(self, contact: Contact, *, with_evidence: bool = False) -> Contact:
        by = self._tester(contact)
        drawn = self._draw(contact)
        sent = self._sent_at(contact)
        departement = contact.organisation.departement_code
        events: dict[str, datetime | None] = {SENT_AT: sent}
        for name, hours in (
            (ACKNOWLEDGED_AT, drawn.acknowledged_hours),
            (ANSWERED_AT, drawn.answered_hours),
        ):
            if hours is not None:
                event = add_working_hours(sent, hours, departement_code=departement)
                events[name] = event.astimezone(UTC)
        fieldwork.save_events(contact=contact, changes=events, bases=dict.fromkeys(events), by=by)
        for code, value in drawn.values.items():
            fieldwork.save_answer(
                contact=contact, criterion=code, value=value, base_revision=0, by=by
            )
        if with_evidence:
            self._attach(contact)
        fieldwork.submit(contact=contact, by=by)
        return self._fresh(contact)

    def _hold(self, contact: Contact) -> Contact:
        return reviewing.take(contact=self._submit(contact), by=self.reviewer)

    def _return(self, contact: Contact) -> Contact:
        return reviewing.return_to_tester(
            contact=self._hold(contact), reason=_RETURN_REASON, by=self.reviewer
        )

    def _draw(self, contact: Contact) -> Drawn:
        """A contact that was answered, soon enough to be over by now."""
        channel = Channel(contact.channel)
        behaviour = BEHAVIOURS[channel]
        quality = noisy(self.rng, np.full(200, 0.6), channel)
        seen = observe(self.grid.of_channel(channel), behaviour, quality, self.rng)
        over = ~seen.no_answer
        if behaviour.awaits_a_reply:
            over &= seen.answered_hours < _WAITED_HOURS
        index = int(np.flatnonzero(over)[0])
        return Drawn(
            {code: str(values[index]) for code, values in seen.values.items() if values[index]},
            _known(seen.acknowledged_hours[index]),
            _known(seen.answered_hours[index]),
        )

    def _sent_at(self, contact: Contact) -> datetime:
        """In the morning of a working day last week, on the body's clock."""
        departement = contact.organisation.departement_code
        day = self.today - timedelta(days=_SENT_DAYS_AGO)
        while not is_working_day(day, departement_code=departement):
            day -= timedelta(days=1)
        minute = int(self.rng.integers(60))
        zone = ZoneInfo(time_zone_of(departement))
        return datetime.combine(day, time(10, minute), tzinfo=zone).astimezone(UTC)

    def _attach(self, contact: Contact) -> None:
        by = self._tester(contact)
        if contact.channel == Channel.EMAIL:
            kind, file = EvidenceKind.MESSAGE, _message(contact)
        else:
            kind, file = EvidenceKind.SCREENSHOT, _screenshot(contact)
        add_evidence(
            contact=contact,
            file=file,
            kind=kind,
            client_id=UUID(bytes=self.rng.bytes(16), version=4),
            by=by,
        )

    @staticmethod
    def _tester(contact: Contact) -> Person:
        assert contact.mystery_citizen is not None
        return contact.mystery_citizen.person

    @staticmethod
    def _fresh(contact: Contact) -> Contact:
        return (
            Contact.objects.for_its_page()
            .select_related("mystery_citizen__person")
            .get(pk=contact.pk)
        )


def _known(hours: float) -> float | None:
    return None if np.isnan(hours) else float(hours)


def _message(contact: Contact) -> SimpleUploadedFile:
    text = (
        f"From: accueil@demo.parvis.invalid\r\n"
        f"To: citoyen@demo.parvis.invalid\r\n"
        f"Subject: Votre demande\r\n"
        f"Date: Mon, 02 Feb 2026 10:00:00 +0100\r\n"
        f"Message-ID: <simulation-{contact.pk}@demo.parvis.invalid>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Message de démonstration : il n’a jamais été envoyé.\r\n"
    )
    return SimpleUploadedFile("reponse.eml", text.encode(), content_type="message/rfc822")


def _screenshot(contact: Contact) -> SimpleUploadedFile:
    image = Image.new("RGB", (480, 270), "#f3efe6")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 480, 40), fill="#1f3a5f")
    pen.text((12, 14), f"SIMULATION {contact.pk}", fill="white")
    for line in range(5):
        pen.rectangle((24, 70 + 32 * line, 440 - 40 * line, 84 + 32 * line), fill="#c9c2b2")
    content = io.BytesIO()
    image.save(content, "PNG")
    return SimpleUploadedFile("capture.png", content.getvalue(), content_type="image/png")
