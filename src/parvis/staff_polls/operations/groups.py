"""Groups of a draft: added, renamed, merged, removed. A merge is undone as easily as it is made.

Merges are one deep: what is merged into a group that merges in turn follows it.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.operations.preparing import locked_draft, refuse_stale, touch
from parvis.staff_polls.sizes import propose_merges, sizes_of

MAX_GROUPS = 100
MAX_NAME_CHARACTERS = 80
MAX_PRINTED_CODES = 5000


@transaction.atomic
def add_group(*, poll: StaffPoll, name: str, printed_codes: int, by: Person) -> PollGroup:
    locked = locked_draft(poll)
    cleaned = clean_name(name)
    _refuse_many_codes(printed_codes)
    group = new_group(locked, cleaned, known={}, printed_codes=printed_codes)
    touch(locked)
    _record("staff_poll.group_added", locked, by, group=group.number)
    return group


@transaction.atomic
def change_group(
    *, group: PollGroup, name: str, printed_codes: int, by: Person, revision: int | str
) -> PollGroup:
    """Rename a group and say how many of its agents have no mail."""
    locked = locked_draft(group.poll)
    refuse_stale(locked, revision)
    cleaned = clean_name(name)
    _refuse_many_codes(printed_codes)
    own = _own(locked, group.number)
    for other in PollGroup.objects.filter(poll=locked).exclude(pk=own.pk):
        if same_name(other.name, cleaned):
            raise Conflict(_("Un service porte déjà ce nom."), field="name")
    own.name, own.printed_codes = cleaned, printed_codes
    own.save(update_fields=["name", "printed_codes"])
    touch(locked)
    _record("staff_poll.group_changed", locked, by, group=own.number)
    return own


@transaction.atomic
def merge_group(*, group: PollGroup, into: PollGroup | None, by: Person) -> None:
    """Let the agents of a group vote in another; None: under its own name again."""
    locked = locked_draft(group.poll)
    own = _own(locked, group.number)
    target = _own(locked, into.number) if into is not None else None
    _merge(own, target)
    touch(locked)
    _record(
        "staff_poll.group_merged",
        locked,
        by,
        group=own.number,
        into=target.number if target else None,
    )


@transaction.atomic
def merge_as_proposed(*, poll: StaffPoll, by: Person, revision: int | str) -> int:
    """Make every merge that the page proposes; return how many."""
    locked = locked_draft(poll)
    refuse_stale(locked, revision)
    merges = propose_merges(sizes_of(locked), locked.threshold)
    for merge in merges:
        _merge(_own(locked, merge.group.number), _own(locked, merge.into.number))
        _record(
            "staff_poll.group_merged",
            locked,
            by,
            group=merge.group.number,
            into=merge.into.number,
        )
    if merges:
        touch(locked)
    return len(merges)


@transaction.atomic
def remove_group(*, group: PollGroup, by: Person) -> None:
    """Remove a group with the agents of its roll; those merged into it stand alone again."""
    locked = locked_draft(group.poll)
    own = _own(locked, group.number)
    EligibleAgent.objects.filter(group=own).delete()
    PollGroup.objects.filter(merged_into=own).update(merged_into=None)
    number = own.number
    own.delete()
    touch(locked)
    _record("staff_poll.group_removed", locked, by, group=number)


# --- What reading a roll needs too ----------------------------------------------------------------


def clean_name(name: str) -> str:
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise Refusal(_("Donnez un nom au service."), field="name")
    if len(cleaned) > MAX_NAME_CHARACTERS:
        raise Refusal(
            _("Ce nom dépasse %(most)d caractères.") % {"most": MAX_NAME_CHARACTERS}, field="name"
        )
    try:
        cleaned.encode()
    except UnicodeEncodeError as error:
        raise Refusal(_("Ce nom n’est pas lisible."), field="name") from error
    return cleaned


def same_name(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def new_group(
    poll: StaffPoll, name: str, *, known: dict[str, PollGroup], printed_codes: int = 0
) -> PollGroup:
    """A group more, in a poll that is locked; `known` spares asking the table for each line."""
    groups = known or {g.name.casefold(): g for g in PollGroup.objects.filter(poll=poll)}
    if name.casefold() in groups:
        raise Conflict(_("Un service porte déjà ce nom."), field="name")
    if len(groups) >= MAX_GROUPS:
        raise Refusal(
            _("Un sondage a au plus %(most)d services.") % {"most": MAX_GROUPS}, field="name"
        )
    last = PollGroup.objects.filter(poll=poll).aggregate(last=Max("number"))["last"] or 0
    made: PollGroup = PollGroup.objects.create(
        organisation_id=poll.organisation_id,
        poll=poll,
        number=last + 1,
        name=name,
        printed_codes=printed_codes,
    )
    return made


# --- Pieces ---------------------------------------------------------------------------------------


def _own(poll: StaffPoll, number: int) -> PollGroup:
    found: PollGroup | None = PollGroup.objects.filter(poll=poll, number=number).first()
    if found is None:
        raise Conflict(_("Ce service vient d’être retiré."))
    return found


def _merge(group: PollGroup, into: PollGroup | None) -> None:
    if into is not None and into.merged_into_id is not None:
        into = into.merged_into
    if into is not None and into.pk == group.pk:
        raise Refusal(_("Un service ne se regroupe pas avec lui-même."), field="into")
    group.merged_into = into
    group.save(update_fields=["merged_into"])
    if into is not None:
        PollGroup.objects.filter(merged_into=group).update(merged_into=into)


def _refuse_many_codes(printed_codes: int) -> None:
    if not 0 <= printed_codes <= MAX_PRINTED_CODES:
        raise Refusal(
            _("Le nombre d’agents sans courriel va de 0 à %(most)d.") % {"most": MAX_PRINTED_CODES},
            field="printed_codes",
        )


def _record(action: str, poll: StaffPoll, by: Person, **details: Any) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=poll,
        organisation_id=poll.organisation_id,
        **details,
    )
