"""Votes sent by the script of a page: taken once, refused in words, never from another site."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.consultations.entrance import cookie_name
from parvis.consultations.enums import Admission, ContributionKind, PhaseKind, Proof
from parvis.consultations.models import Contribution, Participant, Phase, Vote
from parvis.consultations.operations import voting
from parvis.consultations.tests.factories import running_phase, with_access, written
from parvis.foundation.group_commit import BusyError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture
def phase() -> Phase:
    made = running_phase(PhaseKind.OPINIONS)
    written(made, ContributionKind.STATEMENT, "Des bancs.", "Des arbres.", "Du silence.")
    return made


def keys(phase: Phase) -> list[int]:
    return list(
        Contribution.objects.filter(phase=phase).order_by("pk").values_list("pk", flat=True)
    )


def send(client: Client, phase: Phase, content: Any, kind: str = "application/json"):
    address = reverse("consultations:vote", args=[phase.consultation.code])
    return client.post(address, content, content_type=kind)


def opinions(phase: Phase, *rows: Any, **more: Any) -> dict[str, Any]:
    return {"phase": phase.position, "opinions": list(rows), **more}


def test_a_vote_is_stored_and_what_comes_next_is_told(client, phase):
    first, second, third = keys(phase)
    response = send(client, phase, opinions(phase, [first, 1], [second, -1], next=True))
    assert response.status_code == 202
    assert response.json() == {"received": 2, "next": {"key": third, "text": "Du silence."}}
    cookie = response.cookies[cookie_name(phase.consultation)]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    response = send(client, phase, opinions(phase, [third, 0], next=True))
    assert response.json()["next"] is None
    assert response.cookies == {}
    assert Participant.objects.count() == 1
    assert sorted(Vote.objects.values_list("value", flat=True)) == [-1, 0, 1]


def test_a_first_vote_sent_again_without_its_answer_is_one_persons(phase):
    device = "5" * 64
    for _time in range(3):
        sent = opinions(phase, [keys(phase)[0], 1], device=device)
        assert send(Client(), phase, sent).status_code == 202
    assert Participant.objects.count() == Vote.objects.count() == 1


def test_a_device_no_page_drew_is_a_new_one(phase):
    for device in ("", "x" * 64, "5" * 63, 5, None, ["5"]):
        sent = opinions(phase, [keys(phase)[0], 1], device=device)
        assert send(Client(), phase, sent).status_code == 202
    assert Participant.objects.count() == 6


def test_pairs_are_compared_in_the_same_way(client):
    phase = running_phase(PhaseKind.PAIRS)
    written(phase, ContributionKind.ITEM, "Vélo", "Bus", "Arbres")
    first, second, third = keys(phase)
    sent = {
        "phase": phase.position,
        "preferences": [[second, first, first], [second, third, 0]],
        "next": True,
    }
    response = send(client, phase, sent)
    assert {one["key"] for one in response.json()["next"]} == {first, third}
    assert sorted(Vote.objects.values_list("subject", "other", "value")) == [
        (first, second, 1),
        (second, third, 0),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'"' + b"x" * 20_000 + b'"',
        {},
        {"phase": 1},
        {"phase": 1, "opinions": []},
        {"phase": 1, "opinions": {}},
        {"phase": 1, "opinions": [[1]]},
        {"phase": 1, "opinions": [[1, 2]]},
        {"phase": 1, "opinions": [[1, True]]},
        {"phase": 1, "opinions": [[1.5, 1]]},
        {"phase": 1, "opinions": [["1", 1]]},
        {"phase": 1, "opinions": [[10**30, 1]]},
        {"phase": 1, "opinions": [[0, 1]]},
        {"phase": 1, "opinions": [[1, 1]] * 101},
        {"phase": 1, "preferences": [[1, 2, 1]]},
        {"phase": "1", "opinions": [[1, 1]]},
    ],
)
def test_what_is_no_vote_is_refused(client, phase, content):
    response = send(client, phase, content)
    assert response.status_code == 422
    assert "rechargez la page" in response.json()["message"]
    assert not Vote.objects.exists()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_what_another_site_could_send_is_refused(client, phase, kind):
    content = b'{"phase": 1, "opinions": [[%d, 1]]}' % keys(phase)[0]
    assert send(client, phase, content, kind).status_code == 422
    assert not Vote.objects.exists()


def test_unknown_places_closed_phases_and_other_phases_are_refused(client, phase):
    other = running_phase(PhaseKind.OPINIONS)
    written(other, ContributionKind.STATEMENT, "Ailleurs.")
    assert send(client, phase, opinions(phase, [keys(other)[0], 1])).status_code == 409
    for position in (99, 2**61):
        content = {"phase": position, "opinions": [[1, 1]]}
        assert send(client, phase, content).status_code == 404
    unknown = reverse("consultations:vote", args=["NIMPORTE"])
    assert client.post(unknown, {}, content_type="application/json").status_code in (404, 422)
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    response = send(client, phase, opinions(phase, [keys(phase)[0], 1]))
    assert response.status_code == 409
    assert "close" in response.json()["message"]
    assert not Vote.objects.exists()


def test_where_people_are_verified_the_script_is_told_where_to_go(client):
    phase = running_phase(PhaseKind.OPINIONS, admission=Admission.VERIFIED, proofs=[Proof.MAIL])
    written(phase, ContributionKind.STATEMENT, "Des bancs.")
    response = send(client, phase, opinions(phase, [keys(phase)[0], 1], device="5" * 64))
    assert response.status_code == 401
    assert response.json()["address"].startswith(
        reverse("consultations:enter", args=[phase.consultation.code])
    )
    _who, secret = with_access(phase.consultation)
    client.cookies[cookie_name(phase.consultation)] = secret
    assert send(client, phase, opinions(phase, [keys(phase)[0], 1])).status_code == 202


def test_a_secret_that_opens_nothing_there_is_nobodys(phase):
    other = running_phase(PhaseKind.OPINIONS)
    _elsewhere, secret = with_access(other.consultation)
    erased, erased_secret = with_access(phase.consultation)
    Participant.objects.filter(pk=erased.pk).update(erased_on=timezone.localdate())
    for held in (secret, erased_secret, "0" * 64, "é", ""):
        client = Client()
        client.cookies[cookie_name(phase.consultation)] = held
        response = send(client, phase, opinions(phase, [keys(phase)[0], 1]))
        assert response.status_code == 202
        assert response.cookies[cookie_name(phase.consultation)].value not in ("", held)
    voters = set(Vote.objects.values_list("participant", flat=True))
    assert len(voters) == 5
    assert erased.pk not in voters


def test_a_crowd_is_told_to_come_back(client, phase, monkeypatch):
    def full(_ballot: object) -> None:
        raise BusyError

    monkeypatch.setattr(voting._committer, "submit", full)
    response = send(client, phase, opinions(phase, [keys(phase)[0], 1]))
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert "pas encore enregistré" in response.json()["message"]
    address = reverse("consultations:opinions_vote", args=[phase.consultation.code, phase.position])
    sent = {"sujet": keys(phase)[0], "avis": "accord"}
    assert client.post(address, sent).status_code == 503
