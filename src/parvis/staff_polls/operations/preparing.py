"""A draft: created, written, thrown away.

Lock order: the poll, then its groups, then its roll. Each change of a draft, of its groups and of
its roll counts in `revision`: what is launched is what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.working_time import time_zone_of
from parvis.journal.models import Entry
from parvis.journal.operations import record
from parvis.organisations.models import Organisation
from parvis.staff_polls.card_library import proposed_document
from parvis.staff_polls.codes import new_poll_code
from parvis.staff_polls.drafts import Draft, FormerCards, add_from_library
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import (
    MINIMUM_THRESHOLD,
    EligibleAgent,
    PollGroup,
    StaffPoll,
)
from parvis.staff_polls.operations.launching import LONGEST, SHORTEST

MAX_TITLE_CHARACTERS = 100
MAX_INTRODUCTION_CHARACTERS = 600
MAX_THRESHOLD = 1000
# Each change of a draft is in the journal: the last one counts.
FORGOTTEN_AFTER = timedelta(days=365)
# Polls that a poll repeats, one after the other, whose cards keep their meaning.
_LONGEST_SERIES = 40


class Launched(Conflict):
    """The poll is launched: cards, groups and threshold no longer change."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Ce sondage est lancé : ses cartes, ses services et son seuil ne changent plus, "
                "pour que chacun réponde à la même chose. Copiez-le pour en préparer un autre."
            )
        )


class Start(StrEnum):
    """What a new poll begins with."""

    PROPOSED = "proposed"
    BLANK = "blank"
    COPY = "copy"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class PollSettings:
    """`closes_on` is the last day of the poll, in the time zone of the body."""

    title: str
    introduction: str
    closes_on: date | None
    threshold: int


@transaction.atomic
def create_poll(
    *,
    organisation: Organisation,
    content: PollSettings,
    start: Start,
    by: Person,
    source: StaffPoll | None = None,
) -> StaffPoll:
    """A draft with the cards proposed, none, or those of another poll of the body.

    A copy takes its cards and groups over; a repetition is compared with it, card by card. The
    addresses of agents are not copied: a poll that is closed has erased them.
    """
    if start in (Start.COPY, Start.REPEAT) and source is None:
        raise Refusal(_("Choisissez le sondage de départ."), field="source")
    if start == Start.REPEAT and source is not None and source.state == PollState.DRAFT:
        raise Refusal(
            _("Ce sondage n’a pas été lancé : copiez-le plutôt que de le répéter."), field="source"
        )
    poll = StaffPoll(organisation=organisation, code=new_poll_code())
    _fill(poll, content, now=timezone.now())
    if start in (Start.COPY, Start.REPEAT) and source is not None:
        poll.document = source.document
        poll.follows = source if start == Start.REPEAT else None
    else:
        poll.document = proposed_document() if start == Start.PROPOSED else {"cards": []}
    poll.save()
    if start in (Start.COPY, Start.REPEAT) and source is not None:
        _copy_groups(source, poll)
    _record("staff_poll.created", poll, by, start=str(start))
    return poll


@transaction.atomic
def change_settings(
    *, poll: StaffPoll, content: PollSettings, by: Person, revision: int | str
) -> StaffPoll:
    """Change what a draft says of itself; raise `Conflict` when it changed since `revision`."""
    locked = locked_draft(poll)
    refuse_stale(locked, revision)
    _fill(locked, content, now=timezone.now())
    touch(locked)
    _record("staff_poll.settings_changed", locked, by)
    return locked


@transaction.atomic
def save_cards(*, poll: StaffPoll, draft: Draft, by: Person, revision: int | str) -> StaffPoll:
    """Keep the cards being written, whole or not; raise `Conflict` when they changed meanwhile."""
    locked = locked_draft(poll)
    refuse_stale(locked, revision)
    if locked.document == draft:
        return locked
    locked.document = draft
    touch(locked)
    _record("staff_poll.cards_saved", locked, by, cards=len(draft["cards"]))
    return locked


@transaction.atomic
def add_library_cards(*, poll: StaffPoll, keys: list[str], by: Person) -> int:
    """Add cards of the library at the end, each once; return how many there was room for."""
    locked = locked_draft(poll)
    draft: Draft = {"cards": list(locked.document.get("cards", []))}
    added = add_from_library(draft, keys, former_cards(locked))
    if added:
        locked.document = draft
        touch(locked)
        _record("staff_poll.cards_saved", locked, by, cards=len(draft["cards"]))
    return added


@transaction.atomic
def delete_draft(*, poll: StaffPoll, by: Person | None) -> None:
    """Throw a draft away with its roll; what is launched ends by its close. `by` None: a purge."""
    locked = locked_draft(poll)
    _record("staff_poll.draft_deleted", locked, by)
    EligibleAgent.objects.filter(poll=locked).delete()
    groups = PollGroup.objects.filter(poll=locked)
    groups.update(merged_into=None)
    groups.delete()
    locked.delete()


def purge_forgotten_drafts(now: datetime, dry_run: bool) -> int:
    """Throw away the drafts that nobody has changed for `FORGOTTEN_AFTER`: they keep addresses."""
    forgotten = []
    for poll in StaffPoll.objects.filter(state=PollState.DRAFT).order_by("pk"):
        acts = Entry.objects.about("staffpoll", poll.pk).aggregate(last=Max("at"))
        if acts["last"] is not None and acts["last"] < now - FORGOTTEN_AFTER:
            forgotten.append(poll)
    if not dry_run:
        for poll in forgotten:
            delete_draft(poll=poll, by=None)
    return len(forgotten)


# --- What the other operations of a draft share ---------------------------------------------------


def locked_draft(poll: StaffPoll) -> StaffPoll:
    """The poll, locked, while it may still be changed; raise `Launched` otherwise."""
    locked = (
        StaffPoll.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=poll.pk)
        .first()
    )
    if locked is None:
        raise Conflict(_("Ce brouillon vient d’être supprimé."))
    if locked.state != PollState.DRAFT:
        raise Launched
    found: StaffPoll = locked
    return found


def refuse_stale(poll: StaffPoll, revision: int | str) -> None:
    if str(revision) != str(poll.revision):
        raise Conflict(
            _(
                "Ce sondage a changé depuis que vous avez ouvert cette page. Rien de ce que vous "
                "avez écrit n’est perdu."
            )
        )


def touch(poll: StaffPoll) -> None:
    """Count one more change of the draft, and write it."""
    poll.revision += 1
    poll.save()


def former_cards(poll: StaffPoll) -> FormerCards:
    """Cards of the polls that this one repeats, the nearest first."""
    documents: list[dict[str, Any]] = []
    former = poll.follows
    while former is not None and len(documents) < _LONGEST_SERIES:
        documents.append(former.document)
        former = former.follows
    return FormerCards(documents)


def closing_moment(day: date, organisation: Organisation) -> datetime:
    """The last minute of a day where the body stands."""
    zone = ZoneInfo(time_zone_of(organisation.departement_code))
    return datetime.combine(day, time(23, 59), tzinfo=zone)


def closing_day(poll: StaffPoll) -> date | None:
    """The last day of the poll where the body stands."""
    if poll.closes_at is None:
        return None
    zone = ZoneInfo(time_zone_of(poll.organisation.departement_code))
    return poll.closes_at.astimezone(zone).date()


# --- Pieces ---------------------------------------------------------------------------------------


def _fill(poll: StaffPoll, content: PollSettings, *, now: datetime) -> None:
    title = " ".join(content.title.split())
    if not title:
        raise Refusal(_("Donnez un titre au sondage."), field="title")
    if len(title) > MAX_TITLE_CHARACTERS:
        raise Refusal(
            _("Ce titre dépasse %(most)d caractères.") % {"most": MAX_TITLE_CHARACTERS},
            field="title",
        )
    introduction = content.introduction.strip()
    if len(introduction) > MAX_INTRODUCTION_CHARACTERS:
        raise Refusal(
            _("Ce mot dépasse %(most)d caractères.") % {"most": MAX_INTRODUCTION_CHARACTERS},
            field="introduction",
        )
    if not MINIMUM_THRESHOLD <= content.threshold <= MAX_THRESHOLD:
        raise Refusal(
            _("Le seuil va de %(least)d à %(most)d : en dessous, on devinerait qui a répondu.")
            % {"least": MINIMUM_THRESHOLD, "most": MAX_THRESHOLD},
            field="threshold",
        )
    poll.title, poll.introduction, poll.threshold = title, introduction, content.threshold
    poll.closes_at = None
    if content.closes_on is not None:
        closes_at = closing_moment(content.closes_on, poll.organisation)
        if closes_at < now + SHORTEST:
            raise Refusal(_("Choisissez un jour à venir."), field="closes_on")
        if closes_at > now + LONGEST:
            raise Refusal(
                _(
                    "Un sondage dure au plus trois mois : la liste des agents n’est gardée que "
                    "jusqu’à la clôture."
                ),
                field="closes_on",
            )
        poll.closes_at = closes_at


def _copy_groups(source: StaffPoll, poll: StaffPoll) -> None:
    made: dict[int, PollGroup] = {}
    groups = list(PollGroup.objects.filter(poll=source).order_by("number"))
    for group in groups:
        made[group.pk] = PollGroup.objects.create(
            organisation_id=poll.organisation_id,
            poll=poll,
            number=group.number,
            name=group.name,
            printed_codes=group.printed_codes,
        )
    for group in groups:
        if group.merged_into_id is not None:
            made[group.pk].merged_into = made[group.merged_into_id]
            made[group.pk].save(update_fields=["merged_into"])


def _record(action: str, poll: StaffPoll, by: Person | None, **details: Any) -> None:
    record(
        action=action,
        actor_id=by.pk if by else None,
        subject=poll,
        organisation_id=poll.organisation_id,
        **details,
    )
