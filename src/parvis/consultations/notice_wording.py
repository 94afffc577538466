"""What a notice says to its participant: the same words on their page and in their digest.

An idea merged, split or restored is told as it stands when it is read: where it lives on, and what
became of the reader's own support. Nothing says what anybody else supports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.consultations.enums import (
    ContributionState,
    MoveState,
    NoticeKind,
    VoteKind,
)
from parvis.consultations.follow_up import address_of
from parvis.consultations.models import Contribution, Notice, Participant, Vote
from parvis.consultations.told import told
from parvis.consultations.traces import chain_of

_TITLE_LENGTH = 120
_MOVED = frozenset({ContributionState.MERGED, ContributionState.SPLIT})
# Over once the idea is restored.
_OF_A_MOVE = frozenset({NoticeKind.MERGED, NoticeKind.SPLIT, NoticeKind.MOVE_ASKED})
_READ_BY_ALL = frozenset({ContributionState.PUBLISHED, *_MOVED})


@dataclass(frozen=True, slots=True)
class Link:
    """A way on: its words, and its path on this site."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in words. `path` leads to what `text` names; empty = `text` is a sentence."""

    heading: str
    text: str
    path: str = ""
    links: tuple[Link, ...] = ()
    # When it was told; two notices that say the same are one line.
    day: date | None = field(default=None, compare=False)


class Wording:
    """The notices of one participant in words: what they support is read once, if at all."""

    def __init__(self, participant: Participant) -> None:
        self._participant = participant
        self._consultation = participant.consultation
        self._chains: dict[int, list[Contribution]] = {}

    def lines(self, notices: Iterable[Notice]) -> Iterator[Line]:
        """A line each, in the language in force; none for what was undone since, or said before.

        The contributions of the notices come with their phases, those with their consultations.
        """
        said: set[Line] = set()
        for notice in notices:
            line = self._line(notice)
            if line is not None and line not in said:
                said.add(line)
                yield replace(line, day=timezone.localdate(notice.created_at))

    def _line(self, notice: Notice) -> Line | None:
        kind, idea = NoticeKind(notice.kind), notice.contribution
        if idea is None:
            path = ""
            if notice.phase is not None:
                place = [self._consultation.code, notice.phase.position]
                path = reverse("consultations:phase", args=place)
            return Line(str(kind.label), about(notice), path)
        if kind in _OF_A_MOVE:
            return self._moved(kind, idea) if idea.state in _MOVED else None
        if kind == NoticeKind.RESTORED:
            return self._restored(idea) if idea.state not in _MOVED else None
        return Line(str(kind.label), about(notice), _path(idea))

    def _moved(self, kind: NoticeKind, idea: Contribution) -> Line:
        is_merge = idea.state == ContributionState.MERGED
        ends = [end for end in self._ends(idea) if end.state in _READ_BY_ALL]
        if not ends:
            where = _("« %(idea)s » vivait dans une autre idée, qui n’est plus publiée.") % {
                "idea": _title(idea)
            }
        elif is_merge:
            where = _("« %(idea)s » vit désormais dans « %(into)s ».") % {
                "idea": _title(idea),
                "into": _title(ends[0]),
            }
        else:
            where = _("« %(idea)s » est devenue plusieurs idées : %(parts)s.") % {
                "idea": _title(idea),
                "parts": _quoted(ends),
            }
        answers = self._answers(idea)
        links = [_link(end) for end in ends]
        if MoveState.ASKED in answers:
            path = reverse("consultations:moves", args=[self._consultation.code])
            links.append(Link(_("Dire si votre soutien suit"), path))
        elif kind == NoticeKind.MOVE_ASKED:
            # Answered since: what is left to tell is what became of the idea.
            kind = NoticeKind.MERGED if is_merge else NoticeKind.SPLIT
        followed = [end for end in ends if end.pk in self._supported]
        support = _support(followed, answers, is_merge=is_merge)
        return Line(self._heading(kind, idea), f"{where} {support}".strip(), links=tuple(links))

    def _restored(self, idea: Contribution) -> Line:
        where = _("« %(idea)s » est de nouveau une idée à part entière.") % {"idea": _title(idea)}
        support = _("Votre soutien y compte.") if idea.pk in self._supported else ""
        links = (_link(idea),) if idea.state in _READ_BY_ALL else ()
        heading = self._heading(NoticeKind.RESTORED, idea)
        return Line(heading, f"{where} {support}".strip(), links=links)

    def _heading(self, kind: NoticeKind, idea: Contribution) -> str:
        """The label speaks to an author; whoever supports or follows it reads another one."""
        if idea.author_id == self._participant.pk:
            return str(kind.label)
        return {
            NoticeKind.MERGED: _("Une idée qui compte pour vous est réunie à une autre"),
            NoticeKind.SPLIT: _("Une idée qui compte pour vous est scindée"),
            NoticeKind.RESTORED: _("Une idée qui compte pour vous est rétablie"),
        }.get(kind, str(kind.label))

    def _ends(self, idea: Contribution) -> list[Contribution]:
        """Where it lives on: at the end of its merges, or in each of its parts."""
        if idea.state == ContributionState.MERGED:
            return [self._chain(idea)[-1]]
        parts = Contribution.objects.filter(split_from=idea).select_related("phase__consultation")
        return [self._chain(part)[-1] for part in parts.order_by("number")]

    def _chain(self, idea: Contribution) -> list[Contribution]:
        if idea.pk not in self._chains:
            self._chains[idea.pk] = chain_of(idea)
        return self._chains[idea.pk]

    def _answers(self, idea: Contribution) -> set[str]:
        """What they answered where a support of this idea, or of one merged into it, may follow.

        Nothing once the consultation is closed: the ties of supports are destroyed.
        """
        return {answer for passed, answer in self._moves if idea.pk in passed}

    @cached_property
    def _moves(self) -> list[tuple[frozenset[int], str]]:
        """Each question they were asked: the ideas on its way, and their answer."""
        rows = self._participant.moves.select_related("target__phase__consultation")
        return [
            (frozenset({row.source_id, *(one.pk for one in self._chain(row.target))}), row.state)
            for row in rows.order_by("pk")
        ]

    @cached_property
    def _supported(self) -> frozenset[int]:
        given = Vote.objects.filter(participant=self._participant, kind=VoteKind.SUPPORT, value=1)
        return frozenset(given.values_list("subject", flat=True))


def about(notice: Notice) -> str:
    """What a notice is about, in a few words of its own."""
    if notice.contribution is not None:
        return _title(notice.contribution)
    if notice.phase is not None:
        return told(notice.phase, "title")
    return _("la consultation")


def _title(contribution: Contribution) -> str:
    text = told(contribution, "title") or told(contribution, "text")
    return " ".join(text.split())[:_TITLE_LENGTH] or _("un texte retiré")


def _quoted(ideas: Iterable[Contribution]) -> str:
    return ", ".join(_("« %(idea)s »") % {"idea": _title(idea)} for idea in ideas)


def _path(idea: Contribution) -> str:
    """Its page; that of its phase where it is not, or no longer, read by all."""
    if idea.state in _READ_BY_ALL:
        return address_of(idea)
    return reverse("consultations:phase", args=[idea.phase.consultation.code, idea.phase.position])


def _link(idea: Contribution) -> Link:
    return Link(_("Lire « %(idea)s »") % {"idea": _title(idea)}, address_of(idea))


def _support(followed: Sequence[Contribution], answers: Collection[str], *, is_merge: bool) -> str:
    """What became of one's own support; empty for whoever gave none."""
    words = []
    if followed and is_merge:
        words.append(_("Votre soutien y compte."))
    elif followed:
        words.append(_("Votre soutien compte pour %(parts)s.") % {"parts": _quoted(followed)})
    if MoveState.ASKED in answers:
        words.append(_("Un soutien ne bouge pas sans votre accord : à vous de dire s’il suit."))
    elif MoveState.REFUSED in answers and not followed:
        words.append(_("Votre soutien n’a pas suivi, comme vous l’avez demandé."))
    return " ".join(words)
