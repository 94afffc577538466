"""A phase of comparisons by pairs through its pages: comparing, changing, the ranking."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from parvis.consultations.entrance import cookie_name
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, VoteKind
from parvis.consultations.models import Contribution, Phase, PhaseFigures, Vote
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.voting import Ballot, preference, vote
from parvis.consultations.phase_settings import PairsSettings
from parvis.consultations.tests.factories import (
    participant,
    publish,
    running_phase,
    with_access,
    written,
)
from parvis.consultations.tests.visitors import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture
def phase() -> Phase:
    made = running_phase(PhaseKind.PAIRS)
    written(made, ContributionKind.ITEM, "Vélo", "Bus", "Arbres", "Bancs")
    return made


def items(phase: Phase) -> list[Contribution]:
    return list(Contribution.objects.filter(phase=phase).order_by("number"))


def prefer(client: Client, phase: Phase, first: object, second: object, said: object, **more: str):
    sent = {"premier": first, "second": second, "choix": said, **more}
    return client.post(address(phase, "pairs_prefer"), sent)


def test_every_pair_is_compared_once_then_none_is_left(client, phase):
    seen = set()
    for _rank in range(6):
        pair = client.get(address(phase)).context["pair"]
        first, second = (one["key"] for one in pair)
        seen.add(frozenset((first, second)))
        assert prefer(client, phase, first, second, second).status_code == 303
    assert len(seen) == 6
    assert "Vous avez tout comparé" in client.get(address(phase)).content.decode()
    assert Vote.objects.count() == 6


def test_the_last_choice_counts_whichever_way_it_is_said(client, phase):
    first, second = (one.pk for one in items(phase)[:2])
    prefer(client, phase, first, second, first)
    prefer(client, phase, second, first, second)
    assert Vote.objects.get().value == -1
    listed = client.get(address(phase, "pairs_own")).content.decode()
    assert "Vélo" in listed
    prefer(client, phase, first, second, "aucun", retour="liste")
    assert Vote.objects.get().value == 0
    prefer(client, phase, second, first, "retirer", retour="liste")
    assert not Vote.objects.exists()


def test_what_is_no_choice_is_refused_in_words(client, phase):
    first, second, third = (one.pk for one in items(phase)[:3])
    for sent in [
        (first, second, third),
        (first, first, first),
        (first, "x", first),
        ("", "", ""),
        (first, "9" * 30, first),
        (-first, second, second),
    ]:
        assert prefer(client, phase, *sent).status_code == 422
    Contribution.objects.filter(pk=second).update(state=ContributionState.REFUSED)
    assert prefer(client, phase, first, second, first).status_code == 409
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    assert prefer(client, phase, first, third, first).status_code == 409
    assert not Vote.objects.exists()


@pytest.mark.parametrize("may", [True, False])
def test_citizens_propose_items_where_they_may(client, may):
    phase = running_phase(PhaseKind.PAIRS, PairsSettings(citizens_propose=may))
    sent = {"text": "Des fontaines", "token": str(uuid.uuid4())}
    response = client.post(address(phase, "pairs_propose"), sent)
    assert response.status_code == (303 if may else 409)
    assert Contribution.objects.filter(kind=ContributionKind.ITEM).count() == int(may)


def compared(phase: Phase, people: int) -> None:
    """So many people who prefer what was written first, one in four not; the last two tie."""
    keys = [one.pk for one in items(phase)]
    for rank in range(people):
        who = participant(phase.consultation)
        choices = [
            preference(keys[low], keys[high]) if rank % 4 else preference(keys[high], keys[low])
            for low in range(4)
            for high in range(low + 1, 4)
        ]
        choices[-1] = preference(keys[2], keys[3], neither=True)
        vote(Ballot(phase, who.pk, VoteKind.PREFERENCE, choices))


def test_the_ranking_follows_the_votes(client, phase):
    who, secret = with_access(phase.consultation)
    client.cookies[cookie_name(phase.consultation)] = secret
    assert "après votre première" in client.get(address(phase, "pairs_ranking")).content.decode()
    first, second = (one.pk for one in items(phase)[:2])
    vote(Ballot(phase, who.pk, VoteKind.PREFERENCE, [preference(first, second)]))
    assert "pas encore calculé" in client.get(address(phase, "pairs_ranking")).content.decode()
    compared(phase, 8)
    assert follow(phase)
    assert not follow(phase)
    shown = client.get(address(phase, "pairs_ranking")).context["result"]
    assert [row["text"] for row in shown["items"]] == ["Vélo", "Bus", "Arbres", "Bancs"]
    best = shown["items"][0]
    assert (best["wins"], best["comparisons"]) == (19, 25)
    assert best["score"] == pytest.approx(20 / 27)
    assert best["low"] < best["score"] < best["high"]
    assert shown["left_open"] == 8


@pytest.mark.parametrize("people", [0, 1, 12])
def test_the_result_ranks_what_was_compared(client, phase, people):
    compared(phase, people)
    written(phase, ContributionKind.ITEM, "Jamais comparé")
    follow(phase)
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    closed = close_phase(phase=phase)
    assert not PhaseFigures.objects.exists()
    assert (closed.result["people"], closed.result["left_open"]) == (people, people)
    ranks = [row["rank"] for row in closed.result["items"]]
    assert ranks == ([1, 2, 3, 3, None] if people == 12 else ranks)
    assert closed.result["items"][-1]["score"] is None
    assert client.get(address(phase, "pairs_ranking"))["Location"] == address(phase)
    publish(phase)
    page = client.get(address(phase)).content.decode()
    # Fewer than five people: what they prefer would be what each of them does.
    assert ("Jamais comparé" in page) == ("Trop peu comparés" in page) == (people == 12)
    assert ("par assez de personnes" in page) == (people == 0)
    assert ("Moins de cinq personnes ont répondu" in page) == (people == 1)
