"""Polls of the demonstration: every state is there, and what they show is what was drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import transaction
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import sign_in
from parvis.editions.enums import OptionCode
from parvis.editions.models import Option, RegistrationOption
from parvis.editions.tests.factories import RegistrationFactory
from parvis.measures.models import Measure
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.staff_polls import keys
from parvis.staff_polls.card_library import cards_named, library
from parvis.staff_polls.enums import CardKind, PollState
from parvis.staff_polls.models import Ballot, EligibleAgent, PollComment, StaffPoll
from parvis.staff_polls.poll_document import read_document
from parvis.staff_polls.reading import participation
from parvis.staff_polls.results.page import PollResults, read_results
from parvis.web.demo.dates import ZONE
from parvis.web.demo.poll_answers import BIASES, LEVELS, SHARES, Voters, answer
from parvis.web.demo.poll_texts import sentences
from parvis.web.demo.polls import CARDS, SERVICES, Polled, poll_the_agents

pytestmark = pytest.mark.django_db

PHONE, COUNTER, WAITING = 77.0, 78.0, 52.0


@dataclass(frozen=True)
class Three:
    """The polls of a body, in the order of time."""

    body: Organisation
    today: date
    counts: Polled
    client: Client
    first: StaffPoll
    second: StaffPoll
    open: StaffPoll


def measured(body: Organisation, source: str, estimate: float, **place: str) -> None:
    Measure.objects.create(
        organisation=body,
        source=source,
        source_reference="simulated",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 1, 31),
        estimate_percent=estimate,
        lower_percent=estimate - 2,
        upper_percent=estimate + 2,
        answers=400,
        **place,
    )


@pytest.fixture(scope="module")
def three(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Three]:
    """One body's polls, made once for the tests of this module."""
    with django_db_blocker.unblock(), scopes_disabled(), transaction.atomic():
        registration = RegistrationFactory(
            confirmed=True, organisation=OrganisationFactory(is_simulated=True, insee_code="")
        )
        option = Option.objects.get(edition=registration.edition, code=OptionCode.STAFF_POLL)
        RegistrationOption.objects.create(registration=registration, option=option, price_cents=0)
        body, person = registration.organisation, registration.submitted_by
        measured(body, "mystery_audits", PHONE, channel="phone")
        measured(body, "feedback", COUNTER, channel="visit")
        measured(body, "feedback", WAITING, determinant="waiting")
        today = timezone.now().astimezone(ZONE).date()
        counts = poll_the_agents(
            organisation=body, coordinator=person, today=today, rng=np.random.default_rng(5)
        )
        polls = StaffPoll.objects.filter(organisation=body).order_by("launched_at")
        yield Three(body, today, counts, sign_in(Client(), person), *polls)
        for poll in polls:
            keys.destroy(poll)
        transaction.set_rollback(True)


def results_of(poll: StaffPoll) -> PollResults:
    found = read_results(poll)
    assert found is not None
    return found


def test_a_closed_poll_the_one_before_and_an_open_one(three: Three) -> None:
    assert [one.state for one in (three.first, three.second, three.open)] == [
        PollState.CLOSED,
        PollState.CLOSED,
        PollState.OPEN,
    ]
    assert three.first.follows is None
    assert three.second.follows == three.first
    assert three.open.follows == three.second
    assert three.counts == Polled(3, sum(sum(service.answered) for service in SERVICES))
    # Dates in order, the last poll open for a while.
    dates = [
        moment for one in (three.first, three.second) for moment in (one.launched_at, one.closed_at)
    ]
    assert dates == sorted(dates)
    assert dates[-1] < three.open.launched_at < timezone.now()
    assert three.open.closes_at > timezone.now() + timedelta(days=14)


def test_cards_are_the_librarys_and_of_every_kind() -> None:
    cards = [card for card in library() if card.key in CARDS]
    assert len(cards) == len(CARDS) == 12
    assert {card.kind for card in cards} == set(CardKind)
    assert {card.key for card in cards} == {*LEVELS, *BIASES, *SHARES, "une-chose"}
    for card in cards:
        if card.kind == CardKind.GUESS:
            assert card.source
        elif card.key in SHARES:
            assert len(SHARES[card.key]) == len(card.options)


def test_the_open_poll_is_at_45_percent_and_has_shown_its_first_results(three: Three) -> None:
    gauge = participation(three.open)
    assert gauge.eligible == 120
    assert Ballot.objects.filter(poll=three.open).count() == 54
    assert gauge.percent is not None
    assert 40 <= gauge.percent <= 45
    assert [one.is_unlocked for one in gauge.milestones] == [True, False, False]
    assert not three.open.releases.filter(is_final=True).exists()


def test_in_the_open_poll_whoever_did_not_collect_may_still_vote(three: Three) -> None:
    roll = EligibleAgent.objects.filter(poll=three.open)
    assert roll.count() + sum(service.without_mail for service in SERVICES) == 120
    assert all(address.endswith(".invalid") for address in roll.values_list("email", flat=True))
    taken = dict(roll.exclude(blinded_hash="").values_list("group__number").annotate(n=Count("pk")))
    voted = dict(
        Ballot.objects.filter(poll=three.open).values_list("group__number").annotate(n=Count("pk"))
    )
    assert set(voted) == {1, 2, 3, 4, 5}
    assert all(taken[number] > voted[number] for number in voted)
    agent = roll.filter(blinded_hash="").select_related("poll").first()
    assert agent is not None
    assert keys.invited(three.open, keys.invitation(agent)) == agent.pk
    assert all(group.public_key for group in three.open.voting_groups())


def test_nothing_is_left_of_the_ballots_of_closed_polls(three: Three) -> None:
    for poll in (three.first, three.second):
        assert not Ballot.objects.filter(poll=poll).exists()
        assert not EligibleAgent.objects.filter(poll=poll).exists()
        # What follows the commit of the demonstration.
        keys.destroy(poll)
        assert not keys.are_held(poll)
    assert keys.are_held(three.open)


def test_results_show_every_card_each_service_and_sentences(three: Three) -> None:
    results = results_of(three.second)
    assert results.is_final
    assert results.eligible == 120
    assert [one.card.key for one in results.cards] == [key for key in CARDS if key != "une-chose"]
    assert not results.missing
    assert len(results.groups) == len(SERVICES)
    assert all(group.cards for group in results.groups)
    (block,) = results.sentences
    assert block.count >= 20
    assert sum(bool(theme.label) for theme in block.themes) >= 2
    shown = PollComment.objects.filter(poll=three.second).values_list("text", flat=True)
    assert not any("@" in text or "01 99" in text for text in shown)


def test_services_differ(three: Three) -> None:
    """Those of the reception desk are prouder than those of social work."""
    shares = {
        group.name: group.cards["fierte"].score
        for group in results_of(three.second).groups
        if "fierte" in group.cards
    }
    best, worst = shares.get("Accueil et état civil"), shares.get("Action sociale")
    assert best is not None
    assert worst is not None
    assert best.estimate > worst.estimate + 5


def test_what_agents_believe_departs_from_what_was_measured(three: Three) -> None:
    guesses = results_of(three.second).guesses
    real = {one.figures.card.key: one.real and one.real.figure.estimate for one in guesses}
    assert real == {
        "devinette-telephone": PHONE,
        "devinette-accueil-usagers": COUNTER,
        "devinette-attente-usagers": WAITING,
    }
    for one in guesses:
        assert one.gap is not None
        assert one.is_certain
        bias = BIASES[one.figures.card.key]
        assert one.gap.estimate / bias > 6, "of the sign and about the size of the model"


def test_the_waiting_by_telephone_is_better_and_complaints_are_worse(three: Three) -> None:
    changes = {one.now.card.key: one for one in results_of(three.second).changes}
    assert set(changes) == set(LEVELS)
    assert changes["attente-telephone"].is_established
    assert changes["attente-telephone"].points.estimate > 10
    assert changes["reclamation-suivie"].is_established
    assert changes["reclamation-suivie"].points.estimate < 0
    assert not results_of(three.first).changes


def test_measures_bear_the_days_of_their_poll(three: Three) -> None:
    found = Measure.objects.filter(organisation=three.body, source="staff_polls")
    periods = set(found.values_list("period_start", "period_end"))
    assert periods == {
        (three.today - timedelta(days=290), three.today - timedelta(days=276)),
        (three.today - timedelta(days=106), three.today - timedelta(days=92)),
    }


def test_pages_open_and_say_that_all_is_simulated(three: Three) -> None:
    agents = [
        reverse(f"staff_polls:{name}", args=[poll.code])
        for poll in (three.second, three.open)
        for name in ("landing", "anonymity", "reveal")
    ]
    own = [
        reverse("staff_polls:polls"),
        *(
            reverse("staff_polls:results", args=[poll.pk])
            for poll in (three.first, three.second, three.open)
        ),
    ]
    for client, addresses in ((Client(), agents), (three.client, own)):
        for address in addresses:
            response = client.get(address)
            assert response.status_code in (200, 410), address
            assert 'class="sim-banner"' in response.content.decode(), address


def test_the_same_seed_gives_the_same_answers() -> None:
    cards = read_document({"cards": cards_named(CARDS)}).cards
    voters = Voters([0, 1, 2, 3, 4] * 4, [0.0] * 5)

    def drawn(seed: int) -> object:
        return answer(cards, voters, poll=1, measured={}, rng=np.random.default_rng(seed))

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_no_sentence_comes_twice() -> None:
    most = sentences(np.random.default_rng(1), 77)
    assert len(set(most)) == len(most) == 77
