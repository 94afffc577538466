"""The vote on a budget, as a browser without script gives it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.consultations.entrance import cookie_name
from parvis.consultations.enums import Admission, ContributionState, PhaseKind, Proof, VoteKind
from parvis.consultations.models import Contribution, Exposure, Participant, Phase, Vote
from parvis.consultations.operations import voting
from parvis.consultations.tests.budgets import budget, give
from parvis.consultations.tests.factories import (
    ContributionFactory,
    PhaseFactory,
    closed,
    running_phase,
    with_access,
)
from parvis.consultations.tests.visitors import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


def send(client: Client, phase: Phase, act: str, **fields: Any) -> Any:
    path = reverse("consultations:budget_ballot", args=[phase.consultation.code, phase.position])
    return client.post(path, {"geste": act, **fields})


def votes() -> dict[int, int]:
    return dict(Vote.objects.values_list("subject__number", "value"))


def test_a_ballot_is_read_again_then_confirmed_then_changed_then_taken_back(client: Client):
    phase, (one, two, three) = budget([100, 200, 300], envelope_euros=450)
    assert "3 projets" in client.get(address(phase)).text
    review = send(client, phase, "relire", projet=[one.number, three.number])
    assert review.status_code == 200
    assert "Ensemble : 400 €" in review.text.replace("\xa0", " ")
    assert not Vote.objects.exists()
    done = send(client, phase, "confirmer", projet=[one.number, three.number])
    assert done.status_code == 303
    assert votes() == {one.number: 1, three.number: 1}
    page = client.get(done["Location"]).text
    assert "Votre vote est enregistré" in page
    assert page.count("checked") == 2
    send(client, phase, "confirmer", projet=[two.number])
    assert votes() == {two.number: 1}
    send(client, phase, "retirer")
    assert votes() == {}
    assert Participant.objects.count() == 1


def test_confirmed_twice_it_is_one_vote(client: Client):
    phase, (one, _two) = budget([100, 200])
    for _again in range(2):
        send(client, phase, "confirmer", projet=[one.number])
    assert Vote.objects.get().kind == VoteKind.ALLOCATION


def test_points_are_shared_out(client: Client):
    phase, (one, two) = budget([100, 200], ballot="points", points=10)
    fields = {f"points-{one.number}": "7", f"points-{two.number}": ""}
    assert "7 points donnés sur 10" in send(client, phase, "relire", **fields).text.replace(
        "\xa0", " "
    )
    send(client, phase, "confirmer", **fields)
    assert votes() == {one.number: 7}


@pytest.mark.parametrize("raw", ["-1", "1.5", "x", "²", "99999999999999999999", "1e3", "\x00"])
def test_points_that_are_none_are_refused_and_the_rest_kept(client: Client, raw: str):
    phase, (one, two) = budget([100, 200], ballot="points", points=10)
    answer = send(
        client, phase, "confirmer", **{f"points-{one.number}": raw, f"points-{two.number}": "4"}
    )
    assert answer.status_code == 422
    assert "nombre entier de points" in answer.text
    assert 'value="4"' in answer.text
    assert not Vote.objects.exists()


def test_too_many_points_are_refused_and_kept(client: Client):
    phase, (one, two) = budget([100, 200], ballot="points", points=10)
    answer = send(
        client, phase, "confirmer", **{f"points-{one.number}": "9", f"points-{two.number}": "4"}
    )
    assert answer.status_code == 422
    assert "Vous avez donné 13 points sur 10" in answer.text
    assert 'value="9"' in answer.text


def test_too_many_projects_are_refused_and_kept(client: Client):
    phase, projects = budget([100, 200, 300], most_projects=2)
    answer = send(client, phase, "relire", projet=[one.number for one in projects])
    assert answer.status_code == 422
    assert "on en choisit 2 au plus" in answer.text
    assert answer.text.count("checked") == 3


def test_the_envelope_binds_only_where_it_is_said(client: Client):
    phase, projects = budget([300, 200], envelope_euros=400)
    numbers = [one.number for one in projects]
    assert "C’est plus que l’enveloppe" in send(client, phase, "relire", projet=numbers).text
    phase, projects = budget([300, 200], envelope_euros=400, within_envelope=True)
    answer = send(client, phase, "confirmer", projet=[one.number for one in projects])
    assert answer.status_code == 422
    assert "100 € de plus que l’enveloppe" in answer.text.replace("\xa0", " ")


@pytest.mark.parametrize("numbers", [[], ["99"], ["x"], ["\x00"], ["9" * 40]])
def test_an_empty_or_unreadable_ballot_is_refused(client: Client, numbers: list[str]):
    phase, _projects = budget([100])
    answer = send(client, phase, "confirmer", projet=numbers)
    assert answer.status_code == 422
    assert not Vote.objects.exists()


def test_a_project_withdrawn_meanwhile_is_said_and_the_rest_kept(client: Client):
    phase, (one, two) = budget([100, 200])
    Contribution.objects.filter(pk=two.pk).update(state=ContributionState.WITHDRAWN)
    answer = send(client, phase, "confirmer", projet=[one.number, two.number])
    assert answer.status_code == 422
    assert "n’est plus proposé" in answer.text
    assert answer.text.count("checked") == 1


def test_a_vote_that_comes_a_second_late_is_refused_with_its_choices(client: Client):
    phase, (one, two) = budget([100, 200])
    send(client, phase, "confirmer", projet=[one.number])
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    answer = send(client, phase, "confirmer", projet=[two.number])
    assert answer.status_code == 409
    assert "Cette étape est close" in answer.text
    assert answer.text.count("votre choix") == 1
    assert votes() == {one.number: 1}
    assert send(client, phase, "retirer").status_code == 409


def test_the_close_between_the_page_and_the_commit_is_refused_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    phase, (one,) = budget([100])

    def close_then_vote(ballot: voting.Ballot) -> None:
        Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
        voting.vote(ballot)

    monkeypatch.setattr("parvis.consultations.views.citizen.budgets.vote", close_then_vote)
    answer = send(client, phase, "confirmer", projet=[one.number])
    assert answer.status_code == 409
    assert "checked" in answer.text or "votre choix" in answer.text
    assert not Vote.objects.exists()


def test_a_crowd_that_waits_is_told_and_keeps_its_choice(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    phase, (one,) = budget([100])

    def busy(ballot: voting.Ballot) -> None:
        raise voting.TooBusy

    monkeypatch.setattr("parvis.consultations.views.citizen.budgets.vote", busy)
    answer = send(client, phase, "confirmer", projet=[one.number])
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "checked" in answer.text


def test_before_the_vote_projects_are_read_and_nothing_is_taken(client: Client):
    phase, (one,) = budget([100])
    Phase.objects.filter(pk=phase.pk).update(opens_at=timezone.now() + timedelta(days=1))
    assert "n’a pas encore commencé" in client.get(address(phase)).text
    assert send(client, phase, "confirmer", projet=[one.number]).status_code == 409


def test_who_is_not_verified_keeps_the_choice_and_votes_once_verified(client: Client):
    phase, (one,) = budget([100])
    phase.consultation.admission = Admission.VERIFIED
    phase.consultation.proofs = [Proof.MAIL]
    phase.consultation.save()
    assert "Me faire vérifier pour voter" in client.get(address(phase)).text
    answer = send(client, phase, "confirmer", projet=[one.number])
    assert answer.status_code == 403
    assert "checked" in answer.text
    assert not Vote.objects.exists()
    _who, secret = with_access(phase.consultation, proof=Proof.MAIL)
    client.cookies[cookie_name(phase.consultation)] = secret
    assert send(client, phase, "confirmer", projet=[one.number]).status_code == 303
    assert votes() == {one.number: 1}


def test_a_person_verified_on_two_devices_has_one_vote():
    phase, (one, two) = budget([100, 200])
    who, secret = with_access(phase.consultation)
    for chosen in (one, two):
        browser = Client()
        browser.cookies[cookie_name(phase.consultation)] = secret
        send(browser, phase, "confirmer", projet=[chosen.number])
    assert list(Vote.objects.values_list("participant", "subject")) == [(who.pk, two.pk)]


def order_of(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="n(\d+)"', text)]


def test_the_order_is_random_the_same_for_a_visitor_and_chosen_at_will(client: Client):
    phase, projects = budget([300, 100, 200, 50, 400, 250, 125, 80])
    orders = {tuple(order_of(client.get(address(phase)).text)) for _visit in range(6)}
    assert len(orders) > 1
    send(client, phase, "confirmer", projet=[projects[0].number])
    orders = {tuple(order_of(client.get(address(phase)).text)) for _visit in range(4)}
    assert len(orders) == 1
    cheapest = send(client, phase, "moins-cher", projet=[projects[3].number])
    costs = {project.number: project.cost_euros for project in projects}
    assert [costs[number] for number in order_of(cheapest.text)] == sorted(costs.values())
    assert cheapest.text.count("checked") == 1


def test_what_is_shown_to_be_voted_on_is_counted(client: Client):
    phase, projects = budget([100, 200])
    client.get(address(phase))
    client.get(address(phase))
    assert dict(Exposure.objects.values_list("contribution", "shown")) == {
        project.pk: 2 for project in projects
    }


def test_a_project_has_its_page_with_the_idea_it_comes_from(client: Client):
    phase, (project,) = budget([12_500])
    ideas = PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.IDEAS)
    idea = ContributionFactory.create(phase=ideas, title="Une fontaine")
    Contribution.objects.filter(pk=project.pk).update(
        from_idea=idea, plain_summary="De l’eau pour tous.", text="<script>alert(1)</script>"
    )
    path = reverse(
        "consultations:budget_project",
        args=[phase.consultation.code, phase.position, project.number],
    )
    page = client.get(path).text
    assert "12 500 €" in page.replace("\xa0", " ").replace("\u202f", " ")
    assert "De l’eau pour tous." in page
    assert address(ideas, "idea", idea.number) in page
    assert "<script>alert" not in page
    Contribution.objects.filter(pk=idea.pk).update(state=ContributionState.REFUSED)
    assert "Une fontaine" not in client.get(path).text


def test_addresses_of_nothing_are_404(client: Client):
    phase, (project,) = budget([100])
    other = running_phase(PhaseKind.IDEAS)
    idea = ContributionFactory.create(phase=other)
    assert send(client, other, "relire").status_code == 404
    for base, number in ((other, idea.number), (phase, 99), (phase, 2**70)):
        path = f"/participer/{base.consultation.code}/{base.position}/projets/{number}/"
        assert client.get(path).status_code == 404
    Contribution.objects.filter(pk=project.pk).update(state=ContributionState.WITHDRAWN)
    path = f"/participer/{phase.consultation.code}/{phase.position}/projets/{project.number}/"
    assert client.get(path).status_code == 404


def test_a_closed_vote_shows_its_projects_and_no_ballot(client: Client):
    phase, (one, two) = budget([100, 200])
    give(phase, {one: 1}, {two: 1})
    closed(phase)
    page = client.get(address(phase)).text
    assert "Le vote est clos" in page
    assert "bulletin" not in page
