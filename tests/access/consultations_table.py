"""The lines of the access table for consultations, one module a subject of the room."""

from __future__ import annotations

from collections.abc import Mapping

from tests.access.consultations import (
    answers,
    archives,
    budgets,
    citizens,
    entering,
    exchanges,
    ideas,
    members,
    moderation,
    opinions,
    own,
    pairs,
    paper,
    projects,
    results,
    team,
)
from tests.access.route import Route

CONSULTATIONS_TABLE: Mapping[str, Route] = {
    **team.LINES,
    **members.LINES,
    **moderation.LINES,
    **paper.LINES,
    **answers.LINES,
    **exchanges.LINES,
    **entering.LINES,
    **own.LINES,
    **ideas.LINES,
    **projects.LINES,
    **opinions.LINES,
    **pairs.LINES,
    **budgets.LINES,
    **results.LINES,
    **archives.LINES,
    **citizens.LINES,
}
