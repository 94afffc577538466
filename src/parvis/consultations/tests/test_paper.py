"""Paper sheets keyed twice: agreement, difference, settling, counting, what comes too late."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.blank_sheets import sheets_of
from parvis.consultations.enums import (
    ContributionKind,
    PhaseKind,
    Proof,
    SheetState,
    TeamRole,
)
from parvis.consultations.forms.paper import SheetForm
from parvis.consultations.models import Contribution, PaperSheet, Participant, Phase, Vote
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.keying import forget_keyed, key_sheet
from parvis.consultations.operations.paper_counting import count_sheet
from parvis.consultations.paper_forms import pairs_of, shape_of
from parvis.consultations.participation import compute
from parvis.consultations.phase_settings import BudgetSettings, Choice, IdeasSettings
from parvis.consultations.tests.factories import ContributionFactory, running_phase, written
from parvis.consultations.tests.moderators import coordinator_of, member_of
from parvis.consultations.tests.paper import given, keyed, opinions
from parvis.documents.paper_sheets import render_sheets
from parvis.foundation.errors import Conflict
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]

HOSTILE = "<script>alert(1)</script> {{ 7 }} ‮ #set page(width: 1pt) « fin »"


# --- Agreement, difference


def test_two_keyings_that_agree_count_as_one_participant():
    phase = opinions()
    first = keyed(phase, "1-0001", {"s1": "1", "s2": "-1"})
    assert first.state == SheetState.WAITING
    assert given(phase) == {}
    second = keyed(phase, "1-0001", {"s1": "1", "s2": "-1"})
    assert second.state == SheetState.COUNTED
    assert given(phase) == {1: 1, 2: -1}
    assert second.participant is not None
    assert second.participant.proof == Proof.PAPER
    entries = Entry.objects.filter(action__startswith="consultation.sheet")
    assert entries.count() == 3
    with pytest.raises(Conflict, match="deux fois"):
        keyed(phase, "1-0001", {"s1": "0"})
    assert given(phase) == {1: 1, 2: -1}


def test_one_person_does_not_key_twice_and_a_double_click_is_one():
    phase, by = opinions(), PersonFactory.create()
    for _click in range(2):
        key_sheet(phase=phase, label="A", document={"s1": "1"}, by=by)
    assert PaperSheet.objects.count() == 1
    with pytest.raises(Conflict, match="autre personne"):
        key_sheet(phase=phase, label="A", document={"s1": "0"}, by=by)
    other = PersonFactory.create()
    for _click in range(2):
        key_sheet(phase=phase, label="A", document={"s1": "1"}, by=other)
    assert Participant.objects.filter(proof=Proof.PAPER).count() == 1


def test_a_difference_is_settled_with_the_paper_in_hand():
    phase = opinions()
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    sheet = keyed(phase, "1-0007", {"s1": "1", "s3": "0"}, {"s1": "-1", "s3": "0"})
    assert sheet.state == SheetState.DIFFERS
    assert given(phase) == {}
    page = reverse("consultations:paper_sheet", args=[phase.consultation_id, sheet.pk])
    shown = client.get(page).content.decode()
    assert "D’accord" in shown
    assert "Pas d’accord" in shown
    assert client.post(page, {}).status_code == 422
    client.post(page, {"s1": "-1", "s3": "0"})
    assert given(phase) == {1: -1, 3: 0}
    assert PaperSheet.objects.get().state == SheetState.COUNTED
    assert "Comptée" in client.get(page).content.decode()
    assert client.post(page, {"s1": "1"}).status_code == 302
    assert given(phase) == {1: -1, 3: 0}


def test_a_void_sheet_is_void_once_two_people_say_so():
    phase = opinions()
    blank, rule = {"void": "blank"}, {"void": "rule"}
    sheet = keyed(phase, "V", blank, blank)
    assert sheet.state == SheetState.VOID
    assert keyed(phase, "W", blank, {"s1": "1"}).state == SheetState.DIFFERS
    assert keyed(phase, "X", blank, rule).state == SheetState.DIFFERS
    assert not Participant.objects.exists()
    assert Entry.objects.filter(details__void="blank", subject_id=sheet.pk).count() == 1
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    here = reverse("consultations:paper_sheets", args=[phase.consultation_id, phase.position])
    assert "Blanche" in client.get(here).content.decode()
    figures = compute(phase.consultation)
    assert (figures.people, figures.on_paper, figures.void_sheets) == (0, 0, 1)


# --- Each kind of phase


def test_an_idea_on_paper_with_supports():
    phase = running_phase(
        PhaseKind.IDEAS, IdeasSettings(themes=(Choice("mobilites", "Déplacements"),))
    )
    known = [ContributionFactory.create(phase=phase) for _rank in range(2)]
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    other, _person = coordinator_of(phase.consultation)
    page = reverse("consultations:paper_key", args=[phase.consultation_id, phase.position])
    body = {
        "label": " 1-00 12 ",
        "title": HOSTILE,
        "text": "Une ligne.  \r\n\r\nUne autre.",
        "theme": "mobilites",
        "supports": "2; 1",
    }
    assert client.post(page, {**body, "supports": "1, 99"}).status_code == 422
    assert client.post(page, {**body, "supports": "un"}).status_code == 422
    client.post(page, body)
    other.post(page, {**body, "text": "Une ligne.\nUne  autre.", "supports": "1,2"})
    sheet = PaperSheet.objects.get()
    assert (sheet.label, sheet.state) == ("1-0012", SheetState.COUNTED)
    idea = Contribution.objects.get(author=sheet.participant)
    assert idea.title == HOSTILE
    assert idea.theme == "mobilites"
    assert [Contribution.objects.get(pk=one.pk).support_count for one in known] == [1, 1]
    # Counted again after a cut: nothing twice.
    PaperSheet.objects.update(state=SheetState.AGREED, participant=None)
    count_sheet(sheet=PaperSheet.objects.get(), by=PersonFactory.create())
    assert Contribution.objects.filter(author__isnull=False).count() == 1
    shown = client.get(page.replace("saisir/", "")).content.decode()
    assert "<script>alert" not in shown


def test_pairs_on_paper():
    phase = running_phase(PhaseKind.PAIRS)
    items = written(phase, ContributionKind.ITEM, "Vélo", "Bus", "Marche")
    document = {"p1-2": "2", "p2-3": "0", "p1-3": "1"}
    assert keyed(phase, "P", document, document).state == SheetState.COUNTED
    low, middle, high = (item.pk for item in items)
    assert sorted(Vote.objects.values_list("subject", "other", "value")) == [
        (low, middle, -1),
        (low, high, 1),
        (middle, high, 0),
    ]


def test_pairs_come_alike_on_a_sheet():
    for count in range(2, 9):
        pairs = pairs_of([Contribution(pk=rank, number=rank) for rank in range(1, count + 1)])
        assert len(pairs) == len({frozenset((one.pk, other.pk)) for one, other in pairs})
        assert len(pairs) == min(15, count * (count - 1) // 2)
        shown = [one.pk for pair in pairs for one in pair]
        assert max(map(shown.count, set(shown))) - min(map(shown.count, set(shown))) <= 2
    assert pairs_of([]) == []


def test_a_judgement_on_paper_with_its_arguments():
    phase = running_phase(PhaseKind.PROJECT)
    written(phase, ContributionKind.CRITERION, "Utile", "Bien placé")
    document = {"c1": "4", "c2": "0", "for": "On y respire.", "condition": "Un accès."}
    assert keyed(phase, "J", document, document).state == SheetState.COUNTED
    assert given(phase) == {1: 4, 2: 0}
    kinds = Contribution.objects.filter(author__isnull=False).values_list("kind", flat=True)
    assert sorted(kinds) == ["condition", "for"]


@pytest.mark.parametrize("ballot", ["approval", "points"])
def test_a_budget_on_paper_keeps_to_the_rule(ballot):
    phase = running_phase(
        PhaseKind.BUDGET,
        BudgetSettings(ballot=ballot, points=5, most_projects=2, within_envelope=True),
    )
    for cost in (40_000, 50_000, 60_000):
        ContributionFactory.create(phase=phase, kind=ContributionKind.PROJECT, cost_euros=cost)
    if ballot == "points":
        good, bad = {"j1": "3", "j2": "2", "j3": "0"}, [{"j1": "3", "j2": "3"}, {"j1": "-1"}]
        expected, words = {1: 3, 2: 2}, "6 points, la règle en donne 5"
    else:
        good = {"j1": "1", "j2": "1"}
        bad = [{"j1": "1", "j2": "1", "j3": "1"}, {"j2": "1", "j3": "1"}, {"j1": "2"}]
        expected, words = {1: 1, 2: 1}, "3 projets, la règle en permet 2"
    assert words in str(SheetForm(phase, bad[0]).errors)
    assert "« Contre la règle inscrite dessus »" in str(SheetForm(phase, bad[0]).errors)
    for wrong in bad:
        assert not SheetForm(phase, wrong).is_valid()
    assert SheetForm(phase, {**bad[0], "void": "rule"}).is_valid()
    form = SheetForm(phase, good)
    assert form.is_valid()
    keyed(phase, "B", form.document(), form.document())
    assert given(phase) == expected


# --- What comes too late, what is no longer there


def test_nothing_is_keyed_after_the_close_and_the_close_waits_for_nothing():
    phase = opinions()
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    keyed(phase, "1-0001", {"s1": "1"})
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="close"):
        keyed(phase, "1-0001", {"s1": "1"})
    page = reverse("consultations:paper_key", args=[phase.consultation_id, phase.position])
    assert client.get(page).status_code == 302
    assert client.post(page, {"label": "1-0001", "s1": "1"}).status_code == 302
    close_phase(phase=phase)
    shown = client.get(page.replace("saisir/", "")).content.decode()
    assert "1 feuille n’est pas encore comptée" in shown
    assert PaperSheet.objects.get().state == SheetState.WAITING


def test_what_was_keyed_is_forgotten_once_nobody_can_contest():
    phase = opinions()
    keyed(phase, "1-0001", {"s1": "1"}, {"s1": "1"})
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    close_phase(phase=phase)
    now = timezone.now()
    assert forget_keyed(now, False) == 0
    late = now + timedelta(days=phase.consultation.appeal_days + 1)
    assert forget_keyed(late, True) == 1
    assert forget_keyed(late, False) == 1
    assert forget_keyed(late, False) == 0
    assert PaperSheet.objects.get().first == {}


# --- Pages


@pytest.mark.parametrize(
    "label", ["", " ", "é", "\x00", "A" * 21, "1/2", "-1", "<b>", "1-0001\u202e"]
)
def test_a_label_that_is_none_is_refused(label):
    phase = opinions()
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    page = reverse("consultations:paper_key", args=[phase.consultation_id, phase.position])
    assert client.post(page, {"label": label, "s1": "1"}).status_code == 422
    assert client.post(page, {"label": "1-0001", "s1": "7"}).status_code == 422
    assert client.post(page, {"label": "1-0001"}).status_code == 422
    assert not PaperSheet.objects.exists()


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (PhaseKind.IDEAS, None),
        (PhaseKind.OPINIONS, ContributionKind.STATEMENT),
        (PhaseKind.PAIRS, ContributionKind.ITEM),
        (PhaseKind.PROJECT, ContributionKind.CRITERION),
        (PhaseKind.BUDGET, ContributionKind.PROJECT),
    ],
)
def test_blank_sheets_are_printed_with_their_numbers(kind, first):
    phase = running_phase(kind)
    for _rank in range(3):
        if first:
            ContributionFactory.create(
                phase=phase,
                kind=first,
                title="Un sujet",
                cost_euros=1_000 if first == ContributionKind.PROJECT else None,
            )
    ContributionFactory.create(
        phase=phase,
        kind=first or ContributionKind.IDEA,
        title=HOSTILE,
        cost_euros=1_000 if first == ContributionKind.PROJECT else None,
    )
    sheets = sheets_of(phase, 7, 2)
    content = render_sheets(sheets)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "1-0007" in text
    assert "1-0008" in text
    for box in shape_of(phase).boxes:
        assert box.text.split()[0] in text
    if first:
        assert "alert(1)" in text
    assert render_sheets(sheets) == content


def test_a_statement_is_whole_on_paper_and_where_it_is_keyed():
    phase = running_phase(PhaseKind.OPINIONS)
    text = "Il faut plus de bancs à l’ombre sur la place du marché, même s’il y a moins de places."
    written(phase, ContributionKind.STATEMENT, text)
    assert shape_of(phase).rows[0].text == text
    assert SheetForm(phase).fields["s1"].label == f"1 – {text}"


def test_the_pages_of_paper_and_who_opens_them():
    phase = opinions()
    quiet = running_phase(PhaseKind.DELIVERY)
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    moderator, _person = member_of(phase.consultation, TeamRole.MODERATOR)
    base = reverse("consultations:paper", args=[phase.consultation_id])
    here = f"{base}{phase.position}/"
    for path in (base, here, f"{here}saisir/", f"{here}imprimer/?first=1&count=2"):
        assert client.get(path).status_code == 200
        assert moderator.get(path).status_code == 403
    for wrong in ("", "?first=0&count=1", "?first=1&count=5000", "?first=x&count=1"):
        assert client.get(f"{here}imprimer/{wrong}").status_code == 302
    for path in (f"{base}99/", f"{base}{2**70}/", f"{base}feuilles/{2**70}/"):
        assert client.get(path).status_code == 404
    other, _person = coordinator_of(quiet.consultation)
    assert (
        other.get(
            reverse("consultations:paper_sheets", args=[quiet.consultation_id, 1])
        ).status_code
        == 404
    )
    assert other.get(base).status_code == 404


# --- Races


@pytest.mark.django_db(transaction=True)
def test_two_people_key_the_same_sheet_first_at_once():
    needs_a_server()
    phase = opinions()
    one, other = PersonFactory.create(), PersonFactory.create()

    def key(by):
        key_sheet(phase=phase, label="1-0001", document={"s1": "1"}, by=by)

    assert at_once(lambda: key(one), lambda: key(other)) is None
    sheet = PaperSheet.objects.get()
    assert sheet.state == SheetState.COUNTED
    assert {sheet.first_by_id, sheet.second_by_id} == {one.pk, other.pk}
    assert Vote.objects.count() == 1
