"""What a paper sheet of a phase asks, the same for the printed sheet and for the form that keys it.

A sheet asks about what is published when it is printed, by number: the first `MOST_ROWS` of them,
since a sheet is one page or two. The form that keys it asks about the same and about what has left
since, which is on the sheets printed before: two people key the same paper alike, whatever happens
between them. What was keyed is a document {name of a field: value}, where what was left empty is
left out; the name of a line holds the numbers of what it is about (`numbers_of`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from parvis.consultations.amounts import euros
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, Proof
from parvis.consultations.models import (
    CONTRIBUTION_TEXT_LENGTH,
    CONTRIBUTION_TITLE_LENGTH,
    Consultation,
    Contribution,
    Phase,
)
from parvis.consultations.phase_settings import (
    BudgetSettings,
    IdeasSettings,
    ProjectSettings,
    settings_as,
)

MOST_ROWS = 60
# Pairs on one sheet: what somebody answers standing at a counter.
MOST_PAIRS = 15
NEITHER = "0"
# The field that says that a sheet is void: a code of `VoidReason`.
VOID = "void"
# Whose a sheet is: the code of a `Proof`, a space, the identity hashed from what is written on it.
WHO = "who"
_LINE = re.compile(r"[scji](\d{1,9})|p(\d{1,9})-(\d{1,9})", re.ASCII)

ROWS_OF: Mapping[str, ContributionKind] = {
    PhaseKind.OPINIONS: ContributionKind.STATEMENT,
    PhaseKind.PAIRS: ContributionKind.ITEM,
    PhaseKind.PROJECT: ContributionKind.CRITERION,
    PhaseKind.EVALUATION: ContributionKind.CRITERION,
    PhaseKind.BUDGET: ContributionKind.PROJECT,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line with boxes to tick: (value, label); no box = a number to write, 1 to `most`."""

    name: str
    number: str
    text: str
    choices: tuple[tuple[str, str], ...]
    most: int = 0
    # On sheets printed before, but no longer voted on.
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A place to write; `lines` on paper, `most` characters when it is keyed."""

    name: str
    text: str
    lines: int
    most: int
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SheetShape:
    """What a sheet asks: how to answer, lines to tick, places to write."""

    how_to: str
    rows: tuple[Row, ...] = ()
    boxes: tuple[Box, ...] = ()


def takes_paper(phase: Phase) -> bool:
    """Whether anything is keyed in that kind of phase."""
    return phase.kind == PhaseKind.IDEAS or phase.kind in ROWS_OF


def paper_proofs(consultation: Consultation) -> tuple[Proof, ...]:
    """The means by which a sheet of it may say whose it is; none where nothing on paper proves it.

    A code or a name on paper is what would be typed online. A mail link or an identity provider
    proves nothing there.
    """
    if not consultation.is_verified:
        return ()
    return tuple(proof for proof in (Proof.CODE, Proof.ROLL) if proof in consultation.proofs)


def shape_of(phase: Phase, *, with_gone: bool = False) -> SheetShape:
    """What a sheet of the phase asks now; `with_gone`: what sheets printed before asked too."""
    if phase.kind == PhaseKind.IDEAS:
        return _ideas(phase)
    subjects = _subjects(phase, with_gone=with_gone)
    if phase.kind == PhaseKind.OPINIONS:
        return SheetShape(
            _("Une croix par ligne. Laissez vide ce dont vous ne voulez rien dire."),
            _rows(
                subjects,
                "s",
                (("1", _("D’accord")), ("-1", _("Pas d’accord")), ("0", _("Je passe"))),
            ),
        )
    if phase.kind == PhaseKind.PAIRS:
        return SheetShape(
            _("Sur chaque ligne, cochez ce qui compte le plus pour vous."),
            _pairs(subjects, since=phase.opens_at if with_gone else None),
        )
    if phase.kind == PhaseKind.BUDGET:
        return _budget(phase, subjects)
    return _project(phase, subjects)


def numbers_of(name: str) -> tuple[int, ...]:
    """Numbers of what a field is about: one, two for a pair, none for a place to write."""
    line = _LINE.fullmatch(name)
    return tuple(int(part) for part in line.groups() if part) if line else ()


def is_on(contribution: Contribution) -> bool:
    """Whether it may be voted on."""
    return contribution.state == ContributionState.PUBLISHED


def _subjects(phase: Phase, *, with_gone: bool) -> list[Contribution]:
    """What the lines are about, by number."""
    once = Contribution.objects.filter(
        phase=phase, kind=ROWS_OF[phase.kind], published_at__isnull=False
    ).order_by("number")
    if phase.kind == PhaseKind.PAIRS:
        return [one for one in once if with_gone or is_on(one)]
    kept = list(once.filter(state=ContributionState.PUBLISHED)[:MOST_ROWS])
    if with_gone:
        kept += once.exclude(state=ContributionState.PUBLISHED)[:MOST_ROWS]
    return sorted(kept, key=lambda one: one.number)


def pairs_of(items: Sequence[Contribution]) -> list[tuple[Contribution, Contribution]]:
    """Pairs for one sheet: neighbours first, then further apart, so that each item comes alike."""
    count = len(items)
    found = [
        (items[rank], items[(rank + step) % count])
        for step in range(1, count // 2 + 1)
        for rank in range(count if 2 * step < count else count // 2)
    ]
    return found[:MOST_PAIRS]


def _rows(
    subjects: Sequence[Contribution], letter: str, choices: tuple[tuple[str, str], ...]
) -> tuple[Row, ...]:
    return tuple(
        Row(
            f"{letter}{one.number}",
            str(one.number),
            _words(one),
            choices,
            is_gone=not is_on(one),
        )
        for one in subjects
    )


def _pairs(items: Sequence[Contribution], *, since: datetime | None) -> tuple[Row, ...]:
    pairs = pairs_of([item for item in items if is_on(item)])
    if since is not None:
        pairs = _printed_pairs(items, pairs, since)
    return tuple(
        Row(
            # Whichever of the two is on the left, since that changes with the others.
            "p{}-{}".format(*sorted((one.number, other.number))),
            f"{one.number} / {other.number}",
            "",
            (
                (str(one.number), _words(one)),
                (str(other.number), _words(other)),
                (NEITHER, _("Autant")),
            ),
            is_gone=not (is_on(one) and is_on(other)),
        )
        for one, other in pairs
    )


def _printed_pairs(
    items: Sequence[Contribution],
    pairs: Sequence[tuple[Contribution, Contribution]],
    since: datetime,
) -> list[tuple[Contribution, Contribution]]:
    """These pairs, then those of sheets printed when other items were there, the last ones first.

    Which pairs a sheet has depends on all the items there are: one that comes or leaves moves them.
    """
    found = {frozenset((one.number, other.number)): (one, other) for one, other in pairs}
    moments = sorted({item.published_at for item in items if item.published_at}, reverse=True)
    for rank, moment in enumerate(moments):
        if rank and moments[rank - 1] <= since:
            break
        there = [item for item in items if item.published_at and item.published_at <= moment]
        for one, other in pairs_of(there):
            found.setdefault(frozenset((one.number, other.number)), (one, other))
    return list(found.values())[:MOST_ROWS]


def _project(phase: Phase, criteria: Sequence[Contribution]) -> SheetShape:
    own = settings_as(ProjectSettings, phase.kind, phase.settings)
    notes = (
        ("0", _("Pas du tout")),
        ("1", _("Plutôt non")),
        ("2", _("Entre les deux")),
        ("3", _("Plutôt oui")),
        ("4", _("Tout à fait")),
    )
    boxes = []
    if own.with_arguments:
        boxes.append(_text("for", _("Un argument pour"), 3))
        boxes.append(_text("against", _("Un argument contre"), 3))
    if own.with_conditions:
        boxes.append(_text("condition", _("D’accord, à condition que"), 3))
    return SheetShape(
        _("Une croix par ligne, selon que vous êtes d’accord. Écrivez lisiblement."),
        _rows(criteria, "c", notes),
        tuple(boxes),
    )


def _budget(phase: Phase, projects: Sequence[Contribution]) -> SheetShape:
    own = settings_as(BudgetSettings, phase.kind, phase.settings)
    if own.ballot == "points":
        rows = tuple(
            Row(
                f"j{one.number}",
                str(one.number),
                _costed(one),
                (),
                own.points,
                is_gone=not is_on(one),
            )
            for one in projects
        )
        return SheetShape(
            _("Partagez %(points)d points entre les projets : écrivez un nombre par ligne.")
            % {"points": own.points},
            rows,
        )
    how_to = _("Cochez les projets que vous voulez.")
    if own.most_projects:
        how_to = _("Cochez %(most)d projets au plus.") % {"most": own.most_projects}
    if own.within_envelope:
        how_to += " " + _("Ensemble, ils coûtent %(cost)s au plus.") % {
            "cost": euros(own.envelope_euros)
        }
    rows = tuple(
        Row(
            f"j{one.number}",
            str(one.number),
            _costed(one),
            (("1", _("Oui")),),
            is_gone=not is_on(one),
        )
        for one in projects
    )
    return SheetShape(how_to, rows)


def _ideas(phase: Phase) -> SheetShape:
    own = settings_as(IdeasSettings, phase.kind, phase.settings)
    boxes = [
        Box("title", _("Votre idée en une phrase"), 2, CONTRIBUTION_TITLE_LENGTH),
        _text("text", _("Expliquez-la"), 10),
        Box("place", _("Où ?"), 1, 120),
    ]
    for name, label, choices in (
        ("theme", _("Thème"), own.themes),
        ("sector", _("Secteur"), own.sectors),
    ):
        if choices:
            boxes.append(Box(name, label, 1, 40, tuple((one.code, one.label) for one in choices)))
    boxes += [
        Box(f"x-{one.code}", one.label, 1, 500, tuple((text, text) for text in one.options))
        for one in own.fields
    ]
    if own.with_support:
        boxes.append(Box("supports", _("Numéros des idées que vous soutenez"), 1, 200))
    return SheetShape(_("Une idée par feuille. Écrivez lisiblement."), (), tuple(boxes))


def _text(name: str, label: str, lines: int) -> Box:
    return Box(name, label, lines, CONTRIBUTION_TEXT_LENGTH)


def _costed(project: Contribution) -> str:
    return _("%(title)s (%(cost)s)") % {
        "title": _words(project),
        "cost": euros(project.cost_euros or 0),
    }


def _words(contribution: Contribution) -> str:
    """What it says, whole: a statement has no title, and its name is cut short."""
    return str(contribution.title or contribution.text)


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Names of the fields that two keyings read differently."""
    return sorted(name for name in {*first, *second} if first.get(name) != second.get(name))
