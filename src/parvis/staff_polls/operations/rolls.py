"""The roll of a draft: agents added from a list, with a report by line, and removed.

What is right is kept at once; what is not comes back as it was written, to be corrected. Sending
the same list again adds nobody twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Refusal
from parvis.journal.operations import record
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.operations.groups import clean_name, new_group
from parvis.staff_polls.operations.preparing import locked_draft, touch
from parvis.staff_polls.roll_lines import MAX_LINES, RollLine, read_lines

MAX_AGENTS = 50_000
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LineReport:
    number: int
    text: str
    reason: str


@dataclass(slots=True)
class RollReport:
    """What became of each line of a list."""

    added: int = 0
    # Were on the roll, in the same group.
    already: int = 0
    new_groups: list[str] = field(default_factory=list)
    # The same address twice in the list, in the same group: taken once, nothing to correct.
    repeated: list[LineReport] = field(default_factory=list)
    refused: list[LineReport] = field(default_factory=list)

    @property
    def to_correct(self) -> str:
        return "\n".join(line.text for line in self.refused)


@transaction.atomic
def add_agents(*, poll: StaffPoll, text: str, default: PollGroup | None, by: Person) -> RollReport:
    """Add the agents of a list; lines that name no service go to `default`.

    Services that the poll does not know become groups. Raises `Refusal` when the list is empty or
    has more lines than may be read at once.
    """
    lines = list(read_lines(text))
    if not lines:
        raise Refusal(_("Collez ou déposez une liste : une adresse par ligne."), field="lines")
    if len(lines) > MAX_LINES:
        raise Refusal(
            _("Cette liste dépasse %(most)d lignes : envoyez-la en plusieurs fois.")
            % {"most": MAX_LINES},
            field="lines",
        )
    locked = locked_draft(poll)
    reading = _Reading(locked, default)
    for line in lines:
        reading.take(line)
    EligibleAgent.objects.bulk_create(reading.new, batch_size=_ROWS_AT_ONCE)
    report = reading.report
    if report.added or report.new_groups:
        touch(locked)
        record(
            action="staff_poll.agents_added",
            actor_id=by.pk,
            subject=locked,
            organisation_id=locked.organisation_id,
            added=report.added,
            refused=len(report.refused),
        )
    return report


@transaction.atomic
def remove_agents(*, group: PollGroup, agents: Collection[UUID], by: Person) -> int:
    """Remove agents of a group from the roll; return how many there were."""
    locked = locked_draft(group.poll)
    removed, _models = EligibleAgent.objects.filter(group=group, pk__in=agents).delete()
    if removed:
        touch(locked)
        record(
            action="staff_poll.agents_removed",
            actor_id=by.pk,
            subject=locked,
            organisation_id=locked.organisation_id,
            removed=removed,
        )
    return removed


class _Reading:
    """The roll as it is, and as the lines change it."""

    def __init__(self, poll: StaffPoll, default: PollGroup | None) -> None:
        self.poll = poll
        self.default = default
        self.groups = {g.name.casefold(): g for g in PollGroup.objects.filter(poll=poll)}
        self.names = {group.pk: group.name for group in self.groups.values()}
        self.group_of = dict(EligibleAgent.objects.filter(poll=poll).values_list("email", "group"))
        self.line_of: dict[str, int] = {}
        self.new: list[EligibleAgent] = []
        self.report = RollReport()

    def take(self, line: RollLine) -> None:
        try:
            self._take(line)
        except Refusal as refusal:
            self.report.refused.append(LineReport(line.number, line.text, refusal.message))

    def _take(self, line: RollLine) -> None:
        if line.problem:
            raise Refusal(line.problem)
        known = self.group_of.get(line.email)
        # A service is made only for an agent who joins it.
        group = self._group(line, is_new=known is None)
        if known is None:
            self._add(line, group)
        elif group is None or group.pk != known:
            first = self.line_of.get(line.email)
            raise Refusal(
                _("Cette adresse est déjà à la ligne %(line)d, dans « %(group)s ».")
                % {"line": first, "group": self.names[known]}
                if first
                else _("Cette adresse est déjà dans « %(group)s ».") % {"group": self.names[known]}
            )
        elif line.email in self.line_of:
            self.report.repeated.append(
                LineReport(
                    line.number,
                    line.text,
                    _("Même adresse qu’à la ligne %(line)d : prise une fois.")
                    % {"line": self.line_of[line.email]},
                )
            )
        else:
            self.line_of[line.email] = line.number
            self.report.already += 1

    def _add(self, line: RollLine, group: PollGroup | None) -> None:
        assert group is not None  # made where it was missing
        if len(self.group_of) >= MAX_AGENTS:
            raise Refusal(
                _("Un sondage compte au plus %(most)d agents invités par courriel.")
                % {"most": MAX_AGENTS}
            )
        self.group_of[line.email] = group.pk
        self.line_of[line.email] = line.number
        self.new.append(
            EligibleAgent(
                organisation_id=self.poll.organisation_id,
                poll=self.poll,
                group=group,
                email=line.email,
            )
        )
        self.report.added += 1

    def _group(self, line: RollLine, *, is_new: bool) -> PollGroup | None:
        if not line.service:
            if self.default is None:
                raise Refusal(_("Le service manque : « service ; adresse »."))
            return self.default
        name = clean_name(line.service)
        group = self.groups.get(name.casefold())
        if group is None and is_new:
            group = new_group(self.poll, name, known=self.groups)
            self.groups[name.casefold()] = group
            self.names[group.pk] = name
            self.report.new_groups.append(name)
        return group
