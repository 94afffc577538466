"""A year of on-the-spot feedback: the showcase body in every state, the other takers of the option.

Touchpoints, kiosks, visits and comments are written in bulk with the dates they would have had; the
showcase body's questionnaires are published by the operation of the product. How satisfied a body's
visitors are follows the truth that its mystery visits were drawn from, so that what is measured and
what is lived resemble each other as they should.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import numpy as np
from django.utils import timezone

from parvis.accounts.models import Person
from parvis.feedback import national
from parvis.feedback.bulk import Answers, Source, answers_of, load_answers
from parvis.feedback.default_document import default_document
from parvis.feedback.enums import TEXT_KINDS, CommentState, DeviceKind, QuestionKind
from parvis.feedback.measures import publish_past_months
from parvis.feedback.models import (
    Comment,
    Device,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    Touchpoint,
    TouchpointWatch,
)
from parvis.feedback.operations.drop_watch import MAX_SILENCE_HOURS
from parvis.feedback.operations.questionnaires import publish
from parvis.feedback.personal_data.comments import empty_raw_texts
from parvis.feedback.questionnaire_document import SET_KINDS, read_document
from parvis.feedback.reception import receive_comments
from parvis.feedback.simulation import Behaviour, Burst, Drop, Simulated, simulate
from parvis.foundation.working_time import time_zone_of
from parvis.organisations.models import Organisation, Site
from parvis.web.demo import feedback_texts
from parvis.web.demo.dates import ZONE
from parvis.web.demo.feedback_life import live
from parvis.web.demo.feedback_places import (
    DROPS,
    ELSEWHERE,
    IS_SILENT,
    LOSES_NUMBERS,
    RECEPTION,
    SHOWCASE,
    SITES,
    WAS_OFFLINE,
    KioskPlan,
    PlacePlan,
    documents,
)
from parvis.web.demo.kiosks import SIMULATED_VERSION, hear_of_kiosks

# A year of answers, up to the last whole hour.
YEAR: Final = timedelta(days=365)
DROP_DAYS: Final = 21
_DROP_LOGITS = 1.3
_OFFLINE_FROM, _OFFLINE_TO = timedelta(days=70), timedelta(days=56)
_SILENT_FOR = timedelta(days=4)
# The same eight characters as everywhere: no two that an eye confuses.
_CODE_CHARACTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# Points of the truth of visits that make one logit of satisfaction, and the mean they depart from.
_POINTS_PER_LOGIT, _MEAN_POINTS = 22.0, 71.0
# Share of the other kiosks that children found once [choice].
_SHARE_WITH_BURSTS = 0.4
# Comments of the last days wait to be read.
_READ_AFTER = timedelta(days=9)
_STATES = (CommentState.PUBLISHED, CommentState.KEPT_INTERNAL, CommentState.REJECTED)
_STATE_SHARES = (0.64, 0.28, 0.08)


@dataclass(frozen=True, slots=True)
class Listener:
    """A body that took the option: who acts for it, and what its visits are worth, 0–100."""

    organisation: Organisation
    coordinator: Person
    visits_percent: float


@dataclass(frozen=True, slots=True)
class Listened:
    """Counts of what was made."""

    touchpoints: int
    answers: int
    comments: int


def listen_for_a_year(
    listeners: Sequence[Listener], *, today: date, rng: np.random.Generator
) -> Listened:
    """Make a year of feedback of bodies, the first of which is the showcase. Scopes disabled."""
    now = min(
        timezone.now().replace(minute=0, second=0, microsecond=0),
        datetime.combine(today, time(20), ZONE),
    ).astimezone(UTC)
    year = _Year(now, rng)
    for number, listener in enumerate(listeners):
        if number == 0:
            year.showcase(listener)
        else:
            year.elsewhere(listener, is_online=number % 2 == 0)
    found = year.write()
    # Answers end with the last whole hour; kiosks were heard of since.
    hear_of_kiosks()
    if listeners:
        live(
            organisation=listeners[0].organisation,
            coordinator=listeners[0].coordinator,
            today=today,
            now=now,
            dropping=[p.name for p in SHOWCASE if p.kiosk is not None and p.kiosk.story == DROPS],
            drop_days=DROP_DAYS,
            burst_days=year.burst_days,
            rng=rng,
        )
    publish_past_months(today=today)
    national.freeze(today=today)
    return found


@dataclass(frozen=True, slots=True)
class _Planned:
    """A device still to be given its visits."""

    listener: Listener
    device: Device
    version: QuestionnaireVersion
    behaviour: Behaviour
    first: date
    until: datetime


class _Year:
    def __init__(self, now: datetime, rng: np.random.Generator) -> None:
        self.now = now
        self.rng = rng
        self.begin = now - YEAR
        self.planned: list[_Planned] = []
        self.comments: list[Comment] = []
        self.devices: list[Device] = []
        self.codes: set[str] = set()
        self.watches: list[TouchpointWatch] = []
        # Days on which children pressed at the showcase's library.
        self.burst_days: list[date] = []

    # --- Places ----------------------------------------------------------------------------------

    def showcase(self, listener: Listener) -> None:
        """Every kind of place, and something happening at four of its kiosks."""
        body = listener.organisation
        sites = {
            name: Site.objects.get_or_create(
                organisation=body,
                name=name,
                defaults={"address": address, "opening_hours": hours},
            )[0]
            for name, address, hours in SITES
        }
        versions = {}
        for name, document in documents().items():
            questionnaire = Questionnaire.objects.create(
                organisation=body, name=name, draft=document
            )
            versions[name] = publish(questionnaire=questionnaire, by=listener.coordinator)
            QuestionnaireVersion.objects.filter(pk=versions[name].pk).update(
                published_at=self.begin
            )
        for plan in SHOWCASE:
            self._open(listener, plan, sites.get(plan.site), versions[plan.questionnaire], 1.0)

    def elsewhere(self, listener: Listener, *, is_online: bool) -> None:
        """One desk, and for some their pages on the web; not all began a year ago."""
        body = listener.organisation
        site, _created = Site.objects.get_or_create(
            organisation=body,
            name=ELSEWHERE[0].site,
            defaults={"address": "1, place de l’Accueil"},
        )
        version = self._published_in_bulk(body)
        size = float(np.exp(0.45 * self.rng.standard_normal()))
        for plan in ELSEWHERE if is_online else ELSEWHERE[:1]:
            self._open(listener, plan, site if plan.site else None, version, size)

    def _published_in_bulk(self, body: Organisation) -> QuestionnaireVersion:
        """The proposed questionnaire, as if published; nobody plays these bodies' coordinators."""
        document = default_document()
        questionnaire = Questionnaire.objects.create(
            organisation=body, name=RECEPTION, draft=document
        )
        Question.objects.bulk_create(
            Question(
                organisation=body,
                questionnaire=questionnaire,
                key=step.key,
                kind=step.kind,
                determinant=step.determinant,
            )
            for step in read_document(document).steps
        )
        return QuestionnaireVersion.objects.create(
            organisation=body,
            questionnaire=questionnaire,
            number=1,
            document=document,
            published_at=self.begin,
        )

    def _open(
        self,
        listener: Listener,
        plan: PlacePlan,
        site: Site | None,
        version: QuestionnaireVersion,
        size: float,
    ) -> None:
        body = listener.organisation
        touchpoint = Touchpoint.objects.create(
            organisation=body,
            site=site,
            name=plan.name,
            service=plan.service,
            stage=plan.stage,
            channel=plan.channel,
            staffing=plan.staffing,
            code=self._code(),
            questionnaire_id=version.questionnaire_id,
            time_zone=time_zone_of(body.departement_code),
            created_at=self.begin,
        )
        page = Device.objects.create(
            organisation=body,
            touchpoint=touchpoint,
            kind=DeviceKind.LINK,
            name=plan.name[:60],
            created_at=self.begin,
        )
        quality = plan.quality + (listener.visits_percent - _MEAN_POINTS) / _POINTS_PER_LOGIT
        quality += 0.15 * float(self.rng.standard_normal())
        first = self.begin.astimezone(touchpoint.zone).date() + timedelta(days=1)
        if size != 1.0:
            # Bodies joined one after the other during the first months.
            first += timedelta(days=int(self.rng.integers(0, 150)))
        story = plan.kiosk.story if plan.kiosk else ""
        drops = self._drops() if story == DROPS else ()
        self.planned.append(
            _Planned(
                listener,
                page,
                version,
                Behaviour(
                    visits_a_month=plan.page_visits * size,
                    hours=plan.hours,
                    quality=quality - 0.25,
                    comment_share=plan.page_comment_share,
                    idea_share=plan.page_idea_share,
                    drops=drops,
                ),
                first,
                self.now,
            )
        )
        if plan.kiosk is not None:
            self._pair(listener, touchpoint, plan, plan.kiosk, version, size, quality, first)

    def _pair(
        self,
        listener: Listener,
        touchpoint: Touchpoint,
        plan: PlacePlan,
        kiosk: KioskPlan,
        version: QuestionnaireVersion,
        size: float,
        quality: float,
        first: date,
    ) -> None:
        story = kiosk.story
        seen = self.now - (_SILENT_FOR if story == IS_SILENT else timedelta(0))
        device = Device.objects.create(
            organisation=listener.organisation,
            touchpoint=touchpoint,
            kind=DeviceKind.KIOSK,
            name=kiosk.name,
            # Nobody has the secret: this kiosk exists nowhere.
            secret_hash=hashlib.sha256(self.rng.bytes(32)).hexdigest(),
            created_at=datetime.combine(first, time(8), touchpoint.zone),
            last_seen_at=seen,
            app_version=SIMULATED_VERSION,
            queue_length=17 if story == IS_SILENT else 0,
            storage_left_bytes=int(self.rng.integers(2_000, 24_000)) * 1_000_000,
            clock_offset_ms=(
                11 * 60_000 if story == LOSES_NUMBERS else int(self.rng.integers(-1_500, 1_500))
            ),
        )
        if story != IS_SILENT:
            # A demonstration that was shut for a night misses none: only one is to be missed.
            self.watches.append(
                TouchpointWatch(
                    organisation=listener.organisation,
                    touchpoint=touchpoint,
                    silence_hours=MAX_SILENCE_HOURS,
                )
            )
        fortnight = (self.now - _OFFLINE_FROM, self.now - _OFFLINE_TO)
        behaviour = Behaviour(
            visits_a_month=kiosk.visits_a_month * size,
            hours=plan.hours,
            quality=quality,
            comment_share=kiosk.comment_share,
            idea_share=kiosk.idea_share,
            drops=self._drops() if story == DROPS else (),
            bursts=self._bursts(touchpoint, first, story),
            offline=(fortnight,) if story == WAS_OFFLINE else (),
            lost_share=0.004 if story == LOSES_NUMBERS else 0.0,
        )
        self.planned.append(_Planned(listener, device, version, behaviour, first, seen))

    def _drops(self) -> tuple[Drop, ...]:
        """The last three weeks, still going on."""
        today = self.now.astimezone(ZONE).date()
        return (Drop(today - timedelta(days=DROP_DAYS), today, _DROP_LOGITS),)

    def _bursts(self, touchpoint: Touchpoint, first: date, story: str) -> tuple[Burst, ...]:
        """Wednesday afternoons of children: two at the showcase's library, one here and there."""
        last = self.now.astimezone(touchpoint.zone).date() - timedelta(days=12)
        if story == LOSES_NUMBERS:
            found = [(last - timedelta(days=70), 41), (last, 64)]
        elif not story and self.rng.random() < _SHARE_WITH_BURSTS:
            later = int(self.rng.integers(7, (last - first).days))
            found = [(first + timedelta(days=later), int(self.rng.integers(18, 60)))]
        else:
            found = []
        days = [(day - timedelta(days=(day.weekday() - 2) % 7), presses) for day, presses in found]
        if story == LOSES_NUMBERS:
            self.burst_days = [day for day, _presses in days]
        return tuple(
            Burst(datetime.combine(day, time(16, 20), touchpoint.zone), presses)
            for day, presses in days
        )

    def _code(self) -> str:
        while True:
            drawn = self.rng.integers(0, len(_CODE_CHARACTERS), 8)
            code = "".join(_CODE_CHARACTERS[number] for number in drawn)
            if code not in self.codes:
                self.codes.add(code)
                return code

    # --- Answers ---------------------------------------------------------------------------------

    def write(self) -> Listened:
        loaded = load_answers(self._answers())
        Device.objects.bulk_update(
            self.devices,
            [
                "highest_sequence",
                "missing_sequences",
                "last_visit_at",
                "last_level",
                "streak_length",
                "same_level_length",
                "last_seen_at",
            ],
            batch_size=200,
        )
        TouchpointWatch.objects.bulk_create(self.watches)
        receive_comments(self.comments)
        # As the purge would have done day after day.
        empty_raw_texts(self.now, dry_run=False)
        touchpoints = len({planned.device.touchpoint_id for planned in self.planned})
        return Listened(touchpoints, loaded.answers, len(self.comments))

    def _answers(self) -> Iterator[Answers]:
        for planned in self.planned:
            source = Source(planned.device, planned.version)
            simulated = simulate(
                source,
                planned.behaviour,
                first=planned.first,
                until=planned.until,
                departement_code=planned.listener.organisation.departement_code,
                rng=self.rng,
            )
            answers = answers_of(simulated.visits, self.rng)
            self._remember(planned.device, simulated)
            self._write_comments(planned, source, simulated, answers)
            yield answers

    def _remember(self, device: Device, simulated: Simulated) -> None:
        memory = simulated.memory
        if memory.last_visit_ms is not None:
            device.last_visit_at = datetime.fromtimestamp(memory.last_visit_ms / 1000, UTC)
        device.last_level = memory.last_level
        device.streak_length = memory.streak_length
        device.same_level_length = memory.same_level_length
        device.highest_sequence = simulated.highest_sequence
        device.missing_sequences = simulated.missing_sequences
        self.devices.append(device)

    def _write_comments(
        self, planned: _Planned, source: Source, simulated: Simulated, answers: Answers
    ) -> None:
        steps = {source.question_ids[step.key]: step for step in source.document.steps}
        determinants = {
            option.code: option.determinant
            for step in source.document.steps
            if step.kind in SET_KINDS
            for option in step.options
        }
        reasons = simulated.visits.others.get("reasons")
        text_ids = [number for number, step in steps.items() if step.kind in TEXT_KINDS]
        device = planned.device
        for row in np.flatnonzero(np.isin(answers.question_id, text_ids)).tolist():
            kind = steps[int(answers.question_id[row])].kind
            position, level = int(answers.position[row]), int(answers.level[row])
            language = str(answers.language[row])
            ticked = 0 if reasons is None else max(int(reasons[position]), 0)
            if kind == QuestionKind.IDEA:
                text = feedback_texts.idea(self.rng)
            else:
                text = feedback_texts.comment(
                    self.rng,
                    level=level,
                    determinants=[
                        name for code, name in determinants.items() if ticked >> code & 1
                    ],
                    language=language,
                )
            self.comments.append(
                self._moderated(
                    planned.listener.coordinator,
                    Comment(
                        organisation_id=device.organisation_id,
                        touchpoint=device.touchpoint,
                        answer_id=UUID(bytes=answers.id[row].tobytes()),
                        visit=UUID(bytes=answers.visit[row].tobytes()),
                        kind=kind,
                        level=level,
                        language=language,
                        raw_text=text,
                        day=date(1970, 1, 1) + timedelta(days=int(answers.day[row])),
                        received_at=datetime(1970, 1, 1, tzinfo=UTC)
                        + timedelta(microseconds=int(answers.received_us[row])),
                    ),
                )
            )

    def _moderated(self, reader: Person, comment: Comment) -> Comment:
        draw, share = int(self.rng.choice(len(_STATES), p=_STATE_SHARES)), self.rng.random()
        age = self.now - comment.received_at
        if age > _READ_AFTER or share < 0.25:
            comment.state = _STATES[draw]
            comment.moderated_by = reader
            comment.moderated_at = min(
                comment.received_at + timedelta(hours=6 + 60 * share), self.now
            )
        return comment
