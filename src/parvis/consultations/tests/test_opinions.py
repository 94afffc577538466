"""A phase of opinions through its pages: judging, changing, proposing, the map of groups."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.consultations.entrance import cookie_name
from parvis.consultations.enums import (
    Admission,
    ContributionKind,
    ContributionState,
    PhaseKind,
    Proof,
    VoteKind,
)
from parvis.consultations.models import Contribution, Participant, Phase, PhaseFigures, Vote
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.proposing import MOST_PROPOSED
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.phase_settings import OpinionsSettings
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
    made = running_phase(PhaseKind.OPINIONS)
    written(made, ContributionKind.STATEMENT, *[f"Phrase {rank}." for rank in range(9)])
    return made


def statements(phase: Phase) -> list[Contribution]:
    return list(Contribution.objects.filter(phase=phase).order_by("number"))


def answer(client: Client, phase: Phase, key: object, said: str = "accord", **more: str):
    sent = {"sujet": key, "avis": said, **more}
    return client.post(address(phase, "opinions_vote"), sent)


def known(client: Client, phase: Phase) -> Participant:
    """Give this browser the cookie of somebody who takes part."""
    who, secret = with_access(phase.consultation)
    client.cookies[cookie_name(phase.consultation)] = secret
    return who


def test_one_judges_statement_after_statement_until_none_is_left(client, phase):
    seen = set()
    for _rank in range(9):
        page = client.get(address(phase))
        assert page.status_code == 200
        shown = page.context["statement"]
        assert shown.text in page.content.decode()
        seen.add(shown.pk)
        response = answer(client, phase, shown.pk, "desaccord")
        assert (response.status_code, response["Location"]) == (303, address(phase))
    assert seen == {one.pk for one in statements(phase)}
    assert "Vous avez tout vu" in client.get(address(phase)).content.decode()
    assert set(Vote.objects.values_list("value", flat=True)) == {-1}
    assert Participant.objects.count() == 1


def test_a_first_answer_sent_twice_is_that_of_one_person(phase):
    device = Client().get(address(phase)).context["visit"].device
    assert len(device) == 64
    key = statements(phase)[0].pk
    for _press in range(2):
        answer(Client(), phase, key, appareil=device)
    assert Participant.objects.count() == Vote.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"avis": "peut-être", "sujet": "1"}, 422),
        ({"avis": "accord"}, 422),
        ({"avis": "accord", "sujet": "1\x00"}, 422),
        ({"avis": "accord", "sujet": "9" * 19}, 422),
        ({"avis": "accord", "sujet": "9" * 400}, 422),
        ({"avis": "accord", "sujet": "-3"}, 422),
        ({"avis": "accord", "sujet": "²"}, 422),
        ({"avis": "accord", "sujet": "987654321"}, 409),
        ({}, 422),
    ],
)
def test_what_is_no_answer_is_refused_in_words(client, phase, sent, status):
    response = client.post(address(phase, "opinions_vote"), sent)
    assert response.status_code == status
    assert not Vote.objects.exists()


@pytest.mark.parametrize("number", ["9" * 5_000, "²", "-1", "\x00"])
def test_a_page_that_is_none_loses_no_answer(client, phase, number):
    statement = phase.contributions.filter(kind=ContributionKind.STATEMENT).first()
    address = reverse("consultations:opinions_vote", args=[phase.consultation.code, phase.position])
    sent = {"sujet": statement.pk, "avis": "accord", "retour": "liste", "page": number}
    assert client.post(address, sent).status_code == 303
    assert Vote.objects.count() == 1


def test_a_statement_refused_meanwhile_takes_no_vote_and_is_shown_no_more(client, phase):
    refused = statements(phase)[0]
    Contribution.objects.filter(pk=refused.pk).update(state=ContributionState.REFUSED)
    assert answer(client, phase, refused.pk).status_code == 409
    shown = {client.get(address(phase)).context["statement"].pk for _try in range(30)}
    assert refused.pk not in shown


def test_a_phase_closed_meanwhile_takes_no_vote_and_says_so(client, phase):
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    response = answer(client, phase, statements(phase)[0].pk)
    assert response.status_code == 409
    assert "close" in response.content.decode()
    assert "close" in client.get(address(phase)).content.decode()


def test_one_sees_changes_and_takes_back_ones_answers(client, phase):
    who = known(client, phase)
    first, second = statements(phase)[:2]
    answer(client, phase, first.pk)
    answer(client, phase, second.pk, "passe")
    listed = client.get(address(phase, "opinions_own")).content.decode()
    assert first.text in listed
    assert second.text in listed
    response = answer(client, phase, first.pk, "desaccord", retour="liste", page="1")
    assert response["Location"].startswith(address(phase, "opinions_own"))
    answer(client, phase, second.pk, "retirer", retour="liste")
    assert list(Vote.objects.values_list("participant", "subject", "value")) == [
        (who.pk, first.pk, -1)
    ]


def test_where_people_are_verified_nobody_votes_before(client):
    phase = running_phase(PhaseKind.OPINIONS, admission=Admission.VERIFIED, proofs=[Proof.MAIL])
    (statement,) = written(phase, ContributionKind.STATEMENT, "Seule.")
    response = answer(client, phase, statement.pk, appareil="a" * 64)
    assert response.status_code == 302
    assert reverse("consultations:enter", args=[phase.consultation.code]) in response["Location"]
    assert not Vote.objects.exists()


def test_citizens_propose_what_waits_for_a_moderator(client, phase):
    form = client.get(address(phase, "opinions_propose")).context["form"]
    token = form["token"].value()
    sent = {"text": "  Plus de\nbancs. ", "token": token}
    for _press in range(2):
        response = client.post(address(phase, "opinions_propose"), sent, follow=True)
        assert "lue par l’équipe de modération" in response.content.decode()
    made = Contribution.objects.get(author__isnull=False)
    assert (made.text, made.state, made.kind) == (
        "Plus de bancs.",
        ContributionState.WAITING,
        ContributionKind.STATEMENT,
    )


@pytest.mark.parametrize("text", ["", "   ", "x" * 141, "a\x00b", "PHRASE 3 !"])
def test_a_proposal_refused_keeps_its_words(client, phase, text):
    sent = {"text": text, "token": str(uuid.uuid4())}
    response = client.post(address(phase, "opinions_propose"), sent)
    assert response.status_code == 422
    assert not Contribution.objects.filter(author__isnull=False).exists()
    if len(text) > 100:
        assert text in response.content.decode()


def test_what_says_nearly_the_same_is_shown_before_a_proposal(client, phase):
    written(phase, ContributionKind.STATEMENT, "Le marché devrait ouvrir aussi le vendredi soir.")
    near = phase.contributions.order_by("-number").first()
    sent = {"text": "Ouvrir le marché le vendredi soir aussi", "token": str(uuid.uuid4())}
    page = client.post(address(phase, "opinions_propose"), sent)
    assert [key for key, _text in page.context["near"]] == [near.pk]
    assert sent["text"] in page.text
    proposed = phase.contributions.filter(text=sent["text"])
    assert not proposed.exists()
    # It is joined from there,
    joined = client.post(address(phase, "opinions_vote"), {"sujet": near.pk, "avis": "accord"})
    assert joined.status_code == 303
    assert Vote.objects.get().value == 1
    # or said to be different.
    sent[page.context["different"]] = "oui"
    assert client.post(address(phase, "opinions_propose"), sent).status_code == 303
    assert proposed.count() == 1


def test_one_person_proposes_so_many_and_no_more(client, phase):
    known(client, phase)
    for rank in range(MOST_PROPOSED + 1):
        sent = {"text": f"Proposition numéro {rank}", "token": str(uuid.uuid4())}
        status = client.post(address(phase, "opinions_propose"), sent).status_code
        assert status == (303 if rank < MOST_PROPOSED else 422)


def test_where_only_the_team_writes_nobody_proposes(client):
    phase = running_phase(PhaseKind.OPINIONS, OpinionsSettings(citizens_propose=False))
    sent = {"text": "Moi aussi.", "token": str(uuid.uuid4())}
    assert client.post(address(phase, "opinions_propose"), sent).status_code == 409
    assert not Contribution.objects.exists()


def test_hostile_words_are_shown_as_words(client, phase):
    written(phase, ContributionKind.STATEMENT, "<script>alert(1)</script>")
    Contribution.objects.filter(text__startswith="Phrase").update(state=ContributionState.WITHDRAWN)
    page = client.get(address(phase)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def two_camps(phase: Phase, people: int) -> list[Participant]:
    """So many people, half of whom say the contrary of the others, but for the last statement."""
    voters = [participant(phase.consultation) for _rank in range(people)]
    keys = [one.pk for one in statements(phase)]
    for rank, who in enumerate(voters):
        camp = 1 if rank % 2 else -1
        choices = [Choice(key, camp * (1 if place % 2 else -1)) for place, key in enumerate(keys)]
        choices[-1] = Choice(keys[-1], 1)
        vote(Ballot(phase, who.pk, VoteKind.OPINION, choices))
    return voters


def test_the_map_shows_groups_by_their_statements_and_ones_own_place(client, phase):
    two_camps(phase, 24)
    who = known(client, phase)
    keys = [one.pk for one in statements(phase)]
    for rank, key in enumerate(keys):
        page = client.get(address(phase, "opinions_map"))
        assert ("sans être influencé" in page.content.decode()) == (rank < 7)
        answer(client, phase, key, "accord" if rank % 2 else "desaccord")
    assert "pas encore calculée" in client.get(address(phase, "opinions_map")).content.decode()
    assert follow(phase)
    page = client.get(address(phase, "opinions_map"))
    shown = page.context["result"]
    assert (shown["groups"], sorted(shown["sizes"])) == (2, [12, 13])
    own = next(group for group in shown["told"] if group["is_own"])
    assert (own["size"], shown["own_group"]) == (13, own["name"])
    assert {row["side"] for row in own["statements"]} == {-1, 1}
    assert [row["text"] for row in shown["agreed"]] == ["Phrase 8."]
    text = page.content.decode()
    assert "Vous répondez le plus souvent comme le groupe" in text
    assert "<svg" in text
    assert who.pk in dict(PhaseFigures.objects.get().state["groups"]["base"])


def test_too_few_people_are_no_groups_and_the_page_says_so(client, phase):
    two_camps(phase, 6)
    known(client, phase)
    for one in statements(phase):
        answer(client, phase, one.pk)
    follow(phase)
    page = client.get(address(phase, "opinions_map"))
    assert page.context["result"]["chart"] is None
    assert "trop peu pour parler de groupes" in page.content.decode()
    assert "Phrase 8." in page.content.decode()


def test_figures_are_made_again_after_a_change_and_only_then(phase):
    voters = two_camps(phase, 4)
    assert follow(phase)
    assert not follow(phase)
    PhaseFigures.objects.update(state={**PhaseFigures.objects.get().state, "seconds": 0})
    key = statements(phase)[0].pk
    vote(Ballot(phase, voters[0].pk, VoteKind.OPINION, [Choice(key, 0)]))
    assert follow(phase)


@pytest.mark.parametrize("voters", [0, 1, 30])
def test_nobody_one_voter_and_everybody_agreeing_have_a_result(client, phase, voters):
    for _rank in range(voters):
        who = participant(phase.consultation)
        choices = [Choice(one.pk, 1) for one in statements(phase)[:8]]
        vote(Ballot(phase, who.pk, VoteKind.OPINION, choices))
    follow(phase)
    assert client.get(address(phase, "opinions_map")).status_code == 200
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    closed = close_phase(phase=phase)
    assert closed.result["people"] == voters
    assert closed.result["groups"] == min(voters, 1)
    assert len(closed.result["items"]) == 9
    assert closed.result["items"][8]["agree"] == 0
    assert not PhaseFigures.objects.exists()
    assert "quand l’organisme l’aura publié" in client.get(address(phase)).content.decode()
    assert client.get(address(phase, "opinions_map"))["Location"] == address(phase)
    publish(phase)
    page = client.get(address(phase))
    assert page.status_code == 200
    assert ("Personne n’a donné d’avis" in page.content.decode()) == (voters == 0)
