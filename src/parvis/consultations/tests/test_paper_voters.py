"""Whose a sheet of paper is: one person has one voice, online, on paper, or both."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations import keys
from parvis.consultations.blank_sheets import sheets_of
from parvis.consultations.enums import (
    Admission,
    ContributionKind,
    PhaseKind,
    Proof,
    SheetState,
    TeamRole,
    VoteKind,
)
from parvis.consultations.models import Contribution, PaperSheet, Participant, Phase, Vote
from parvis.consultations.operations.leaving import erase
from parvis.consultations.operations.paper_counting import count_sheet
from parvis.consultations.operations.printing import (
    batches_of,
    cancel_batch,
    codes_of,
    register_codes,
)
from parvis.consultations.operations.rolls import import_roll
from parvis.consultations.operations.verifying import Entry as Entrance
from parvis.consultations.operations.verifying import enter_by_code
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.participation import compute
from parvis.consultations.tests.factories import (
    ContributionFactory,
    closed,
    running_phase,
    written,
)
from parvis.consultations.tests.moderators import member_of
from parvis.consultations.tests.paper import given, keyed, opinions
from parvis.foundation.drawn_codes import new_seed, read_seed
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]

ROLL = "nom;prenom;naissance;numero\nDURAND;Zoé;3/4/1975;12\nDURAND;Zoé;3/4/1975;13\n"


def by_code(kind: str = PhaseKind.OPINIONS) -> tuple[Phase, list[str]]:
    """A phase of a consultation whose people have a code, and three codes."""
    settings = {"admission": Admission.VERIFIED, "proofs": [Proof.CODE]}
    phase = opinions(**settings) if kind == PhaseKind.OPINIONS else running_phase(kind, **settings)
    codes = codes_of(read_seed(new_seed()), phase.consultation, 3)
    register_codes(consultation=phase.consultation, codes=codes, by=PersonFactory.create())
    return phase, codes


def keyers(phase: Phase) -> list[Client]:
    return [member_of(phase.consultation, TeamRole.PAPER)[0] for _rank in range(2)]


def key(phase: Phase, who: list[Client], label: str, body: Mapping[str, str]) -> str:
    """Key a sheet as each of these; the page that the last one sees."""
    page = reverse("consultations:paper_key", args=[phase.consultation_id, phase.position])
    for client in who:
        answer = client.post(page, {"label": label, **body}, follow=True)
    return answer.content.decode()


def online(phase: Phase, code: str) -> Participant:
    return enter_by_code(Entrance(phase.consultation, "a browser"), typed=code)[0]


def votes_online(phase: Phase, code: str, kind: VoteKind, **values: int) -> Participant:
    who = online(phase, code)
    choices = [
        Choice(Contribution.objects.get(phase=phase, number=int(name[1:])).pk, value)
        for name, value in values.items()
    ]
    vote(Ballot(phase, who.pk, kind, choices, replaces=kind == VoteKind.ALLOCATION))
    return who


# --- Online and on paper


def test_what_was_voted_online_stands_and_the_clerk_is_told():
    phase, codes = by_code()
    who = votes_online(phase, codes[0], VoteKind.OPINION, s1=-1)
    told = key(phase, keyers(phase), "1-0001", {"who-code": codes[0], "s1": "1", "s2": "1"})
    assert "comptée, sauf n°\u00a01 (cette personne a voté en ligne)" in told
    assert given(phase) == {1: -1, 2: 1}
    assert set(Vote.objects.values_list("participant", flat=True)) == {who.pk}
    counted = Entry.objects.get(action="consultation.sheet_counted")
    assert counted.details["left_out"] == {"online": ["s1"]}
    assert compute(phase.consultation).people == 1


def test_a_sheet_counted_first_gives_way_to_what_is_voted_online_after():
    phase, codes = by_code()
    key(phase, keyers(phase), "1-0001", {"who-code": codes[0], "s1": "1", "s2": "1"})
    votes_online(phase, codes[0], VoteKind.OPINION, s1=-1)
    assert given(phase) == {1: -1, 2: 1}
    assert Participant.objects.count() == 1


@pytest.mark.parametrize("is_paper_first", [True, False])
def test_two_ballots_of_a_budget_are_never_added(is_paper_first):
    phase, codes = by_code(PhaseKind.BUDGET)
    for _rank in range(3):
        ContributionFactory.create(phase=phase, kind=ContributionKind.PROJECT, cost_euros=10)
    body = {"who-code": codes[0], "j1": "1", "j2": "1"}
    if is_paper_first:
        assert "comptée." in key(phase, keyers(phase), "1-0001", body)
        assert given(phase) == {1: 1, 2: 1}
    votes_online(phase, codes[0], VoteKind.ALLOCATION, j3=1)
    if not is_paper_first:
        told = key(phase, keyers(phase), "1-0001", body)
        assert "rien n’a pu être compté, cette personne a voté en ligne" in told
    assert given(phase) == {3: 1}


def test_a_budget_changed_online_takes_nothing_more_of_its_sheet():
    phase, codes = by_code(PhaseKind.BUDGET)
    for _rank in range(3):
        ContributionFactory.create(phase=phase, kind=ContributionKind.PROJECT, cost_euros=10)
    project = Contribution.objects.filter(phase=phase, number=2)
    project.update(state="refused")
    key(phase, keyers(phase), "1-0001", {"who-code": codes[0], "j1": "1", "j2": "1"})
    votes_online(phase, codes[0], VoteKind.ALLOCATION, j3=1)
    project.update(state="published")
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    client.post(reverse("consultations:paper_count", args=[phase.consultation_id, phase.position]))
    assert given(phase) == {3: 1}
    assert PaperSheet.objects.get().left_out == {"j2": "online"}


def test_of_two_sheets_of_a_person_the_first_one_counted_stays():
    phase, codes = by_code()
    who = keyers(phase)
    key(phase, who, "1-0001", {"who-code": codes[0], "s1": "1"})
    told = key(phase, who, "1-0002", {"who-code": codes[0].lower(), "s2": "1"})
    assert "cette personne a déjà une feuille comptée" in told
    assert key(phase, who, "1-0003", {"who-code": codes[1], "s2": "-1"}).count("comptée.") == 1
    assert given(phase) == {1: 1, 2: -1}
    assert compute(phase.consultation).on_paper == 2


def test_a_person_has_as_many_ideas_as_sheets_and_one_support_for_each():
    phase, codes = by_code(PhaseKind.IDEAS)
    idea = ContributionFactory.create(phase=phase)
    who = keyers(phase)
    for rank in (1, 2):
        body = {"who-code": codes[0], "title": f"Idée de papier {rank}", "supports": "1"}
        told = key(phase, who, f"1-000{rank}", body)
    assert "sauf n°\u00a01 (déjà soutenu par cette personne)" in told
    assert Contribution.objects.filter(author__isnull=False).count() == 2
    assert Contribution.objects.get(pk=idea.pk).support_count == 1


# --- Whose it is


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "elle est nulle"),
        ("pas un code", "relisez le papier"),
        ("ABCDEFGHJKMN", "pas de cette consultation"),
        ("\x00", "relisez le papier"),
        ("é" * 100, "relisez le papier"),
    ],
)
def test_a_sheet_of_nobody_known_is_not_keyed_but_void(typed, words):
    phase, _codes = by_code()
    client, other = keyers(phase)
    page = reverse("consultations:paper_key", args=[phase.consultation_id, phase.position])
    body = {"label": "1-0001", "s1": "1", "who-code": typed}
    answer = client.post(page, body)
    assert answer.status_code == 422
    if "\x00" not in typed:
        assert words in answer.content.decode()
    assert not PaperSheet.objects.exists()
    assert "nulle" in key(phase, [client, other], "1-0001", {**body, "void": "unknown"})
    assert PaperSheet.objects.get().state == SheetState.VOID


def test_the_code_is_kept_as_a_hash_and_shown_to_nobody():
    phase, codes = by_code()
    one, other = keyers(phase)
    key(phase, [one], "1-0001", {"who-code": codes[0], "s1": "1"})
    assert "diffèrent" in key(phase, [other], "1-0001", {"who-code": codes[1], "s1": "1"})
    sheet = PaperSheet.objects.get()
    assert codes[0] not in json.dumps(sheet.first)
    page = reverse("consultations:paper_sheet", args=[phase.consultation_id, sheet.pk])
    shown = one.get(page).content.decode()
    assert "De qui est la feuille" in shown
    assert sheet.first["who"].split()[1] not in shown
    assert one.post(page, {"s1": "1"}).status_code == 422
    one.post(page, {"s1": "1", "who-code": codes[1]})
    assert Participant.objects.get().identity in PaperSheet.objects.get().settled["who"]
    assert sheet.first["who"].split()[1] not in one.get(page).content.decode()


def test_whose_it_is_is_not_asked_a_third_time_where_both_agree():
    phase, codes = by_code()
    one, other = keyers(phase)
    key(phase, [one], "1-0001", {"who-code": codes[0], "s1": "1"})
    key(phase, [other], "1-0001", {"who-code": codes[0], "s1": "-1"})
    sheet = PaperSheet.objects.get()
    page = reverse("consultations:paper_sheet", args=[phase.consultation_id, sheet.pk])
    assert "who-code" not in one.get(page).content.decode()
    for _click in range(2):
        one.post(page, {"s1": "-1"})
    votes_online(phase, codes[0], VoteKind.OPINION, s2=1)
    assert given(phase) == {1: -1, 2: 1}
    assert Participant.objects.get().proof == Proof.CODE
    assert [batch.used for batch in batches_of(phase.consultation)] == [1]


def test_a_code_cancelled_between_two_keyings_counts_nothing():
    phase, codes = by_code()
    one, other = keyers(phase)
    body = {"who-code": codes[0], "s1": "1"}
    key(phase, [one, other], "1-0001", {**body, "void": "blank"})
    key(phase, [one], "1-0002", body)
    who = PaperSheet.objects.get(label="1-0002").first
    cancel_batch(consultation=phase.consultation, batch=1, by=PersonFactory.create())
    sheet = PaperSheet.objects.get(label="1-0002")
    PaperSheet.objects.filter(pk=sheet.pk).update(
        second=who, second_by=PersonFactory.create(), state=SheetState.AGREED
    )
    one.post(reverse("consultations:paper_count", args=[phase.consultation_id, phase.position]))
    assert PaperSheet.objects.get(pk=sheet.pk).left_out == {"s1": "unknown"}
    assert not Participant.objects.exists()


def test_whoever_was_erased_does_not_come_back_by_paper():
    phase, codes = by_code()
    who = keyers(phase)
    key(phase, who, "1-0001", {"who-code": codes[0], "s1": "1"})
    erase(participant=online(phase, codes[0]), withdraw_texts=True)
    assert PaperSheet.objects.get().first == {}
    told = key(phase, who, "1-0002", {"who-code": codes[0], "s2": "1"})
    assert "effacer ses données" in told
    assert given(phase) == {1: 1}


def test_a_name_of_the_roll_is_a_person():
    phase = opinions(admission=Admission.VERIFIED, proofs=[Proof.ROLL])
    import_roll(consultation=phase.consultation, content=ROLL.encode(), by=PersonFactory.create())
    client, other = keyers(phase)
    page = reverse("consultations:paper_key", args=[phase.consultation_id, phase.position])
    body = {
        "label": "1-0001",
        "s1": "1",
        "who-family": "Durand",
        "who-given": "ZOE",
        "who-born": "1975-04-03",
    }
    for wrong, words in (
        ({"who-born": "31/2/1975"}, "jour, mois et année"),
        ({"who-family": "Dupont"}, "Personne de la liste"),
        ({"who-number": ""}, "se confondent"),
        ({"who-number": "99"}, "Personne de la liste"),
        ({"who-given": "李"}, "lettres latines"),
    ):
        answer = client.post(page, {**body, **wrong})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    told = key(phase, [client, other], "1-0001", {**body, "who-number": "12"})
    assert "1-0001\u00a0: comptée." in told
    assert "Durand" not in json.dumps(PaperSheet.objects.get().first)
    assert Participant.objects.get().proof == Proof.ROLL


def test_the_close_cuts_sheets_from_people():
    phase, codes = by_code()
    key(phase, keyers(phase), "1-0001", {"who-code": codes[0], "s1": "1"})
    closed(phase)
    sheet = PaperSheet.objects.get()
    assert sheet.participant is None
    assert (sheet.first, sheet.second, sheet.settled) == ({"s1": "1"}, {"s1": "1"}, {})


# --- What is said where nothing detects it


@pytest.mark.parametrize(
    ("consultation", "words", "promise"),
    [
        ({}, "ouverte à tous\u00a0: rien ne détecte", "Ne signez pas."),
        (
            {"admission": Admission.VERIFIED, "proofs": [Proof.MAIL]},
            "Rien sur le papier ne dit",
            "Ne signez pas.",
        ),
        (
            {"admission": Admission.VERIFIED, "proofs": [Proof.CODE]},
            "c’est ce vote qui compte",
            "Le code sert",
        ),
        (
            {"admission": Admission.VERIFIED, "proofs": [Proof.ROLL, Proof.MAIL]},
            "par un autre moyen",
            "Votre nom sert",
        ),
    ],
)
def test_the_page_and_the_sheet_say_what_is_detected(consultation, words, promise):
    phase = running_phase(PhaseKind.OPINIONS, **consultation)
    written(phase, ContributionKind.STATEMENT, "Des bancs.")
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    page = reverse("consultations:paper_key", args=[phase.consultation_id, phase.position])
    assert words in client.get(page).content.decode()
    assert promise in sheets_of(phase, 1, 1).promise


# --- Races


def agreed(phase: Phase, label: str, document: Mapping[str, str]) -> PaperSheet:
    """A sheet that two people keyed alike, not counted yet."""
    sheet = keyed(phase, label, document)
    PaperSheet.objects.filter(pk=sheet.pk).update(
        second=document, second_by=PersonFactory.create(), state=SheetState.AGREED
    )
    return PaperSheet.objects.get(pk=sheet.pk)


def whose(phase: Phase, code: str) -> str:
    return f"{Proof.CODE} {keys.identity(phase.consultation, Proof.CODE, code)}"


@pytest.mark.django_db(transaction=True)
def test_two_sheets_of_a_person_counted_at_once_are_one():
    needs_a_server()
    phase, codes = by_code()
    who, by = whose(phase, codes[0]), PersonFactory.create()
    sheets = [agreed(phase, f"1-000{rank}", {"who": who, f"s{rank}": "1"}) for rank in (1, 2)]
    one, other = (lambda sheet=sheet: count_sheet(sheet=sheet, by=by) for sheet in sheets)
    assert at_once(one, other) is None
    states = PaperSheet.objects.order_by("state").values_list("state", flat=True)
    assert list(states) == [SheetState.COUNTED, SheetState.UNCOUNTED]
    assert Vote.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_budget_online_and_on_paper_at_once_is_the_one_online():
    needs_a_server()
    phase, codes = by_code(PhaseKind.BUDGET)
    for _rank in range(3):
        ContributionFactory.create(phase=phase, kind=ContributionKind.PROJECT, cost_euros=10)
    sheet = agreed(phase, "1-0001", {"who": whose(phase, codes[0]), "j1": "1", "j2": "1"})
    online(phase, codes[0])
    by = PersonFactory.create()
    assert (
        at_once(
            lambda: count_sheet(sheet=sheet, by=by),
            lambda: votes_online(phase, codes[0], VoteKind.ALLOCATION, j3=1),
        )
        is None
    )
    assert given(phase) == {3: 1}
