"""Polls with releases written by hand: no ballot ever stood behind their tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import PollComment, Release, StaffPoll
from parvis.staff_polls.tests.factories import StaffPollFactory


def closed_poll(**kwargs: Any) -> StaffPoll:
    """A closed poll of every kind of card, without release, group or ballot."""
    now = timezone.now()
    return StaffPollFactory(
        state=PollState.CLOSED,
        launched_at=now - timedelta(days=8),
        closes_at=now,
        closed_at=now,
        **kwargs,
    )


def running_poll(**kwargs: Any) -> StaffPoll:
    now = timezone.now()
    return StaffPollFactory(
        state=PollState.OPEN, launched_at=now, closes_at=now + timedelta(days=7), **kwargs
    )


def every_table(release: int = 1) -> dict[str, Any]:
    """A shown table of each card of `every_kind`, of 60 answers."""
    return {
        # 45 of the 50 who have an opinion agree.
        "fierte": {"release": release, "answers": 60, "counts": [[5, 45, 10]]},
        # Placed at 0, 33, 67 and 100: 50 on average.
        "accueil": {"release": release, "answers": 60, "counts": [[10, 20, 20, 10]]},
        "attente": {
            "release": release,
            "answers": 60,
            "counts": [[10, 20, 20, 10, 0, 0, 0, 0, 0, 0, 0]],
        },
        "canal": {"release": release, "answers": 60, "counts": [[30, 20, 10]]},
        "outils": {"release": release, "answers": 60, "counts": [[15, 45], [30, 30], [50, 10]]},
        "ordre": {
            "release": release,
            "answers": 60,
            "counts": [[40, 10, 10], [10, 40, 10], [10, 10, 40]],
        },
        # Six on average.
        "devinette": {
            "release": release,
            "answers": 60,
            "counts": [[0, 0, 0, 0, 10, 10, 20, 10, 10, 0, 0]],
        },
    }


def group(number: int, cards: dict[str, Any], *, ballots: int = 20) -> dict[str, Any]:
    return {
        "number": number,
        "name": f"Service {number}",
        "eligible": 30,
        "ballots": ballots,
        "cards": cards,
    }


def show(
    poll: StaffPoll,
    cards: dict[str, Any] | None = None,
    *,
    number: int = 1,
    is_final: bool = True,
    groups: list[dict[str, Any]] | None = None,
    eligible: int = 100,
) -> Release:
    """Write a release that shows these tables, all of `every_table` by default."""
    tables: dict[str, Any] = {
        "eligible": eligible,
        "ballots": 60,
        "cards": every_table(number) if cards is None else cards,
    }
    if is_final:
        tables |= {"groups": groups or [], "sentences": {}}
    with scopes_disabled():
        return Release.objects.create(
            organisation_id=poll.organisation_id,
            poll=poll,
            number=number,
            is_final=is_final,
            tables=tables,
            refreshed=list(tables["cards"]),
        )


def say(poll: StaffPoll, *texts: str, card: str = "souhait", theme: str = "") -> list[PollComment]:
    with scopes_disabled():
        return [
            PollComment.objects.create(
                organisation_id=poll.organisation_id, poll=poll, card=card, text=text, theme=theme
            )
            for text in texts
        ]
