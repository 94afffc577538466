"""What of a sheet of paper is counted when something on it has left since it was printed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import ContributionKind, PhaseKind, SheetState, TeamRole
from parvis.consultations.forms.paper import SheetForm
from parvis.consultations.models import Contribution, PaperSheet, Phase, Vote
from parvis.consultations.paper_forms import shape_of
from parvis.consultations.participation import compute
from parvis.consultations.tests.factories import ContributionFactory, running_phase, written
from parvis.consultations.tests.moderators import member_of
from parvis.consultations.tests.paper import given, keyed, opinions
from parvis.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


def gone(phase: Phase, number: int, state: str) -> None:
    first = Contribution.objects.get(phase=phase, number=1)
    Contribution.objects.filter(phase=phase, number=number).update(
        state=state, merged_into=first if state == "merged" else None
    )


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("refused", "refusé depuis par la modération"),
        ("appealed", "refusé depuis par la modération"),
        ("withdrawn", "retiré depuis"),
        ("merged", "réuni à un autre depuis"),
        ("split", "scindé depuis"),
        ("waiting", "en cours de relecture"),
    ],
)
def test_what_is_no_longer_proposed_does_not_keep_the_rest_of_a_sheet(state, why):
    phase = opinions()
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    page = reverse("consultations:paper_key", args=[phase.consultation_id, phase.position])
    document = {"s1": "1", "s2": "-1"}
    keyed(phase, "1-0001", document)
    gone(phase, 2, state)
    # The second reader finds the line of the paper, and that it is not counted.
    assert "N’est plus proposé" in client.get(page).content.decode()
    told = client.post(page, {"label": "1-0001", **document}, follow=True).content.decode()
    assert f"comptée, sauf n°\u00a02 ({why})" in told
    sheet = PaperSheet.objects.get()
    assert sheet.state == SheetState.PARTLY
    assert sheet.second == document
    assert given(phase) == {1: 1}
    entry = Entry.objects.get(action="consultation.sheet_counted")
    assert entry.details["left_out"] == {sheet.left_out["s2"]: ["s2"]}
    page = reverse("consultations:paper_sheet", args=[phase.consultation_id, sheet.pk])
    shown = client.get(page).content.decode()
    assert "Pas d’accord" in shown
    assert shown.count(why) == 2


def test_a_sheet_whose_every_answer_has_left_is_settled_and_readable():
    phase = opinions()
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    sheet = keyed(phase, "1-0001", {"s2": "1"}, {"s2": "-1"})
    gone(phase, 2, "refused")
    page = reverse("consultations:paper_sheet", args=[phase.consultation_id, sheet.pk])
    told = client.post(page, {"s2": "-1"}, follow=True).content.decode()
    assert "rien n’a pu être compté, n°\u00a02" in told
    assert PaperSheet.objects.get().state == SheetState.UNCOUNTED
    assert "Pas d’accord" in client.get(page).content.decode()
    assert given(phase) == {}
    assert compute(phase.consultation).on_paper == 0


def test_what_is_proposed_again_is_counted_then_and_nothing_is_written_over():
    phase = opinions()
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    document = {"s1": "1", "s2": "1"}
    keyed(phase, "1-0001", document)
    gone(phase, 2, "refused")
    sheet = keyed(phase, "1-0001", document)
    here = reverse("consultations:paper_sheets", args=[phase.consultation_id, phase.position])
    count = reverse("consultations:paper_count", args=[phase.consultation_id, phase.position])
    assert "Compter 1 feuille" not in client.get(here).content.decode()
    # As somebody changes their mind on another device.
    Vote.objects.filter(participant=sheet.participant).update(value=0)
    gone(phase, 2, "published")
    assert "Compter 1 feuille" in client.get(here).content.decode()
    for _click in range(2):
        client.post(count)
    again = PaperSheet.objects.get()
    assert (again.state, again.left_out) == (SheetState.COUNTED, {})
    assert given(phase) == {1: 0, 2: 1}
    assert Entry.objects.filter(action="consultation.sheet_counted").count() == 2


@pytest.mark.parametrize("kind", [PhaseKind.PAIRS, PhaseKind.BUDGET, PhaseKind.IDEAS])
def test_what_has_left_is_left_out_in_every_kind_of_phase(kind):
    phase = running_phase(kind)
    subject = {"pairs": "item", "budget": "project", "ideas": "idea"}[kind]
    for _rank in range(3):
        cost = 10 if kind == PhaseKind.BUDGET else None
        ContributionFactory.create(phase=phase, kind=subject, cost_euros=cost)
    document, left, votes = {
        PhaseKind.PAIRS: ({"p1-2": "1", "p2-3": "3"}, {"p2-3"}, {1: 1}),
        PhaseKind.BUDGET: ({"j1": "1", "j3": "1"}, {"j3"}, {1: 1}),
        PhaseKind.IDEAS: ({"supports": "1, 3"}, {"i3"}, {1: 1}),
    }[kind]
    form = SheetForm(phase, document)
    assert form.is_valid()
    assert form.document() == document
    keyed(phase, "A", document)
    gone(phase, 3, "merged" if kind == PhaseKind.IDEAS else "refused")
    form = SheetForm(phase, document)
    assert form.is_valid(), form.errors
    assert form.document() == document
    sheet = keyed(phase, "A", document)
    assert (sheet.state, set(sheet.left_out)) == (SheetState.PARTLY, left)
    assert given(phase) == votes
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    page = reverse("consultations:paper_sheet", args=[phase.consultation_id, sheet.pk])
    shown = client.get(page).content.decode()
    assert "Non\u00a0:" in shown


def test_pairs_printed_before_an_item_came_or_left_may_be_keyed():
    phase = running_phase(PhaseKind.PAIRS)
    written(phase, ContributionKind.ITEM, *(f"Sujet {rank}" for rank in range(1, 10)))
    asked = {row.name for row in shape_of(phase).rows}
    gone(phase, 5, "refused")
    ContributionFactory.create(phase=phase, kind=ContributionKind.ITEM)
    assert not asked <= {row.name for row in shape_of(phase).rows}
    assert asked <= {row.name for row in shape_of(phase, with_gone=True).rows}
    assert {row.name for row in shape_of(phase).rows} <= set(SheetForm(phase).fields)


def test_a_sheet_that_was_not_counted_by_a_cut_is_counted_by_hand():
    phase = opinions()
    client, _person = member_of(phase.consultation, TeamRole.PAPER)
    document = {"s1": "-1"}
    keyed(phase, "1-0002", document)
    PaperSheet.objects.update(
        second=document, second_by=PersonFactory.create(), state=SheetState.AGREED
    )
    client.post(reverse("consultations:paper_count", args=[phase.consultation_id, phase.position]))
    assert PaperSheet.objects.get().state == SheetState.COUNTED
    assert given(phase) == {1: -1}
