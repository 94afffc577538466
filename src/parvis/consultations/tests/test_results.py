"""The published result: once, told to who took part, the same on the page and on paper."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled
from pypdf import PdfReader

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    ContributionState,
    NoticeKind,
    PhaseKind,
)
from parvis.consultations.follow_up import steps_of
from parvis.consultations.models import Consultation, Notice, OfficialAnswer, Participant, Phase
from parvis.consultations.operations.publishing import publish_result
from parvis.consultations.participation import compute
from parvis.consultations.results.paper import parts_of
from parvis.consultations.tests.factories import ContributionFactory, running_phase
from parvis.consultations.tests.outcomes import over, published, whole_consultation
from parvis.consultations.tests.test_answers import election_soon
from parvis.foundation.errors import Conflict, Refusal
from parvis.measures.models import Measure
from parvis.organisations.tests.factories import coordinator_of

pytestmark = pytest.mark.django_db

VOTERS = 60


@pytest.fixture(autouse=True)
def _no_scope(settings, tmp_path):
    settings.HOME = tmp_path
    with scopes_disabled():
        yield


def page_of(client, consultation: Consultation) -> str:
    page = client.get(reverse("consultations:result", args=[consultation.code]))
    assert page.status_code == 200
    assert len(page.content) < 120_000
    return page.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def test_a_result_is_published_once_and_told_to_who_took_part(client):
    consultation, _phases = whole_consultation(VOTERS)
    closed = over(consultation)
    coordinator, _by = coordinator_of(consultation.organisation)
    address = reverse("consultations:conclusion", args=[consultation.pk])
    assert "La ville plante" not in page_of(client, closed)
    sent = {"conclusion": "La ville plante.", "publier": "1", "revision": closed.revision}
    assert coordinator.post(address, sent).status_code == 302
    consultation.refresh_from_db()
    assert consultation.state == ConsultationState.PUBLISHED
    people = Participant.objects.filter(consultation=consultation).count()
    assert Notice.objects.filter(kind=NoticeKind.RESULT).count() == people == VOTERS
    assert Measure.objects.filter(source="consultations").count() == 1
    assert coordinator.post(address, sent).status_code in (409, 422)
    assert Notice.objects.filter(kind=NoticeKind.RESULT).count() == VOTERS
    assert "La ville plante." in page_of(client, consultation)


@pytest.mark.parametrize("words", ["", " \x00\n", "a" * 10_001])
def test_a_result_says_what_is_decided(words):
    phase = running_phase()
    with pytest.raises(Refusal):
        publish_result(
            consultation=over(phase.consultation), conclusion=words, by=PersonFactory.create()
        )


def test_a_consultation_that_runs_is_not_published():
    phase = running_phase()
    with pytest.raises(Conflict, match="close"):
        publish_result(
            consultation=phase.consultation, conclusion="Oui.", by=PersonFactory.create()
        )


def test_the_conclusion_is_corrected_under_its_revision():
    phase = running_phase()
    done = published(phase.consultation)
    client, _by = coordinator_of(phase.organisation)
    address = reverse("consultations:conclusion", args=[done.pk])
    sent = {"conclusion": "Mieux dit.", "revision": done.revision}
    assert client.post(address, sent).status_code == 302
    assert client.post(address, {**sent, "conclusion": "Autre."}).status_code == 409
    done.refresh_from_db()
    assert done.conclusion == "Mieux dit."


def test_before_an_election_nothing_is_published_without_a_reason(client):
    phase = running_phase()
    closed = over(phase.consultation)
    election_soon(phase.organisation)
    with pytest.raises(Conflict, match="préélectorale"):
        publish_result(consultation=closed, conclusion="Oui.", by=PersonFactory.create())
    closed.embargo_reason = "Obligation légale."
    closed.save(update_fields=["embargo_reason"])
    publish_result(consultation=closed, conclusion="Oui, ensemble.", by=PersonFactory.create())
    assert "Oui, ensemble." in page_of(client, closed)


def test_a_result_published_before_the_period_is_not_shown_in_it(client):
    phase = running_phase()
    done = published(phase.consultation)
    election_soon(phase.organisation)
    page = page_of(client, done)
    assert "deux cents arbres" not in page
    assert "préélectorale" in page
    pdf = client.get(reverse("consultations:result_file", args=[done.code]))
    assert pdf.status_code == 404


def test_each_phase_shows_its_result_and_paper_too(client):
    consultation, phases = whole_consultation(VOTERS)
    done = published(consultation)
    page = page_of(client, done)
    for phase in phases.values():
        assert phase.title in page
    assert "deux cents arbres" in page
    pdf = client.get(reverse("consultations:result_file", args=[done.code]))
    assert pdf.status_code == 200
    pages = PdfReader(io.BytesIO(pdf.content)).pages
    paper = " ".join(" ".join(page.extract_text() for page in pages).split())
    for words in ("deux cents arbres", "Ce que le vote a retenu", "Projet 10000", "Affirmation"):
        assert words in paper.replace("\u00a0", " "), words
    again = client.get(reverse("consultations:result_file", args=[done.code]))
    assert again.content == pdf.content


def test_an_idea_is_followed_through_a_merge_to_the_decision():
    phase = running_phase()
    target = ContributionFactory.create(phase=phase, title="Des arbres")
    merged = ContributionFactory.create(
        phase=phase, state=ContributionState.MERGED, merged_into=target
    )
    project = ContributionFactory.create(
        phase=phase,
        kind=ContributionKind.PROJECT,
        cost_euros=9,
        from_idea=target,
        title="Deux cents arbres",
    )
    OfficialAnswer.objects.create(
        organisation=phase.organisation,
        contribution=project,
        verdict="retained",
        reason="Cet hiver.",
        by=PersonFactory.create(),
    )
    told = [step.text.replace("\u00a0", " ") for step in steps_of(merged)]
    assert told == [
        "Publiée",
        "Fusionnée avec « Des arbres »",
        "Devenue le projet « Deux cents arbres »",
        "Réponse officielle : retenue",
    ]


def test_the_result_of_a_phase_waits_for_the_next_one_or_the_publication(client):
    consultation, phases = whole_consultation(VOTERS)
    phase = phases[PhaseKind.BUDGET]
    over(consultation)
    assert "Ce que le vote a retenu" not in page_of(client, consultation)
    Phase.objects.create(
        organisation=phase.organisation,
        consultation=consultation,
        position=9,
        kind=PhaseKind.DELIVERY,
        title="Réalisation",
        opens_at=timezone.now(),
        closes_at=timezone.now() + timedelta(days=9),
    )
    assert "Ce que le vote a retenu" in page_of(client, consultation)


def test_participation_is_counted_without_a_date():
    consultation, _phases = whole_consultation(3)
    running = compute(consultation)
    assert (running.people, running.on_paper) == (3, 0)
    assert [one.voters for one in running.phases] == [0, 3, 3, 3, 3]
    closed = compute(over(consultation))
    assert [one.votes for one in closed.phases] == [one.votes for one in running.phases]
    assert [one.voters for one in closed.phases] == [0, 3, 3, 3, 3]


def test_paper_says_what_the_page_says():
    html = (
        "<section><p>Une <b>phrase</b>.</p><h3>Titre</h3><svg><text>dessin</text></svg>"
        "<table><tr><th>Nom</th><th>n</th></tr><tr><td>a &amp; b</td><td>1 200 €</td></tr></table>"
        "<ul><li>un</li><li><p>deux</p></li></ul></section>"
    )
    first, second = parts_of(html, "Le résultat")
    assert (first.heading, first.paragraphs) == ("Le résultat", ("Une phrase.",))
    assert (second.heading, second.quotes) == ("Titre", ("un", "deux"))
    assert second.table is not None
    assert (second.table.headers, second.table.rows) == (("Nom", "n"), (("a & b", "1 200 €"),))
