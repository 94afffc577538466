"""The opinion on a project: notes, arguments, figures that wait for one's own answer."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import sign_in
from parvis.consultations import disclosure
from parvis.consultations.entrance import cookie_name
from parvis.consultations.enums import (
    Admission,
    ConsultationState,
    ContributionKind,
    ContributionState,
    ModerationMoment,
    PhaseKind,
    Proof,
    VoteKind,
)
from parvis.consultations.measures import MINIMUM_ANSWERS, publish_measures
from parvis.consultations.models import Attachment, Consultation, Contribution, Phase, Vote
from parvis.consultations.operations.following import follow
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.phase_settings import ProjectSettings
from parvis.consultations.results.projects import shown
from parvis.consultations.tests.factories import (
    PhaseFactory,
    closed,
    participant,
    publish,
    running_phase,
    with_access,
    written,
)
from parvis.consultations.tests.test_answers import election_soon
from parvis.consultations.tests.visitors import address
from parvis.measures.models import Measure
from parvis.organisations.tests.factories import MandateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture
def phase() -> Phase:
    made = running_phase(PhaseKind.PROJECT, moderation=ModerationMoment.AFTER)
    written(made, ContributionKind.CRITERION, "Utilité", "Coût")
    return made


def page(client: Client, phase: Phase, query: str = "") -> str:
    return client.get(address(phase, "phase") + query).text


def note(client: Client, phase: Phase, *notes: int | str) -> Any:
    return client.post(
        address(phase, "project_note"),
        {f"note-{number}": value for number, value in enumerate(notes, start=1)},
    )


def argue(client: Client, phase: Phase, text: str, kind: str = "for") -> Any:
    sent = {"kind": kind, "text": text, "token": str(uuid.uuid4())}
    return client.post(address(phase, "argument_write"), sent)


def judge(phase: Phase, *people: tuple[int | None, ...]) -> None:
    """The notes of each criterion by each of these people; None = left aside."""
    criteria = phase.contributions.filter(kind=ContributionKind.CRITERION).order_by("number")
    for notes in people:
        choices = [
            Choice(one.pk, given)
            for one, given in zip(criteria, notes, strict=True)
            if given is not None
        ]
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.JUDGEMENT, choices, replaces=True))


def test_notes_are_given_in_one_form_changed_and_taken_back(client: Client, phase: Phase):
    assert note(client, phase, 4, "").status_code == 303
    assert list(Vote.objects.values_list("value", flat=True)) == [4]
    note(client, phase, 0, 2)
    assert sorted(Vote.objects.values_list("value", flat=True)) == [0, 2]
    text = page(client, phase)
    assert 'name="note-1" value="0" checked' in text
    assert 'name="note-2" value="2" checked' in text
    note(client, phase, "", "")
    assert not Vote.objects.exists()


@pytest.mark.parametrize("wrong", ["5", "-1", "x", "²", "\x00", "9" * 50])
def test_what_is_no_note_is_no_answer(client: Client, phase: Phase, wrong: str):
    assert note(client, phase, wrong, "").status_code == 422
    assert note(client, phase, wrong, 3).status_code == 303
    assert list(Vote.objects.values_list("value", flat=True)) == [3]


def test_notes_that_come_a_second_late_are_refused_and_stay_shown(client: Client, phase: Phase):
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    answer = note(client, phase, 4, 3)
    assert answer.status_code == 409
    assert "Cette étape est close" in answer.text
    assert not Vote.objects.exists()


def test_who_is_not_verified_keeps_notes_and_text(client: Client, phase: Phase):
    Consultation.objects.filter(pk=phase.consultation_id).update(
        admission=Admission.VERIFIED, proofs=[Proof.MAIL]
    )
    answer = note(client, phase, 4, 3)
    assert answer.status_code == 403
    assert 'value="4" checked' in answer.text
    answer = argue(client, phase, "Des bancs à l’ombre.")
    assert answer.status_code == 403
    assert "Des bancs à l’ombre." in answer.text
    assert not Vote.objects.exists()
    assert not Contribution.objects.filter(kind=ContributionKind.ARGUMENT_FOR).exists()


def test_figures_wait_for_ones_own_answer_then_for_enough_people(client: Client, phase: Phase):
    (argument,) = written(phase, ContributionKind.ARGUMENT_FOR, "De l’ombre.")
    Contribution.objects.filter(pk=argument.pk).update(support_count=41)
    judge(phase, *[(4, 3)] * 9)
    assert "41 soutiens" not in page(client, phase)
    assert "Pertinence d’ensemble" not in page(client, phase)
    assert "41 soutiens" not in page(client, phase, "?tri=soutiens")
    note(client, phase, 4, 3)
    assert follow(phase)
    text = page(client, phase)
    assert "41 soutiens" in text
    assert "Pertinence d’ensemble" in text
    phase_of_few = running_phase(PhaseKind.PROJECT)
    written(phase_of_few, ContributionKind.CRITERION, "Utilité", "Coût")
    judge(phase_of_few, (4, 3))
    note(client, phase_of_few, 1, 1)
    assert follow(phase_of_few)
    text = page(client, phase_of_few)
    assert "à partir de 10 réponses" in text
    assert "Pertinence d’ensemble" not in text


def test_an_argument_is_written_supported_changed(client: Client, phase: Phase):
    assert argue(client, phase, "De l’ombre.", "against").status_code == 303
    made = Contribution.objects.get(kind=ContributionKind.ARGUMENT_AGAINST)
    client.post(address(phase, "argument_support", made.number))
    client.post(address(phase, "argument_support", made.number))
    made.refresh_from_db()
    assert made.support_count == 1
    assert 'aria-pressed="true"' in page(client, phase)
    # Of one person, it is not told.
    assert "1 soutien" not in page(client, phase)
    client.post(address(phase, "argument_support", made.number), {"soutien": "non"})
    made.refresh_from_db()
    assert made.support_count == 0
    edit = address(phase, "argument_edit", made.number)
    assert "De l’ombre." in client.get(edit).text
    changed = client.post(edit, {"text": "Du soleil.", "revision": "1"})
    assert changed.status_code == 303
    made.refresh_from_db()
    assert made.text == "Du soleil."
    assert client.post(edit, {"text": "Autre.", "revision": "1"}).status_code == 409
    assert Client().get(edit).status_code == 404


def test_what_is_read_first_waits_and_its_author_sees_it(client: Client, phase: Phase):
    Consultation.objects.filter(pk=phase.consultation_id).update(moderation=ModerationMoment.BEFORE)
    argue(client, phase, "Attendons.")
    assert "en attente de lecture" in page(client, phase)
    assert "Attendons." not in page(Client(), phase)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("", "Oui."), ("project", "Oui."), ("for", ""), ("for", "x" * 601), ("for", "a\x00b")],
)
def test_an_argument_that_is_none_is_refused(client: Client, phase: Phase, kind: str, text: str):
    assert argue(client, phase, text, kind).status_code == 422
    assert not Contribution.objects.exclude(kind=ContributionKind.CRITERION).exists()


def test_hostile_words_are_words(client: Client, phase: Phase):
    argue(client, phase, "<script>alert(1)</script>")
    text = page(client, phase)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_a_phase_asks_only_what_it_is_set_to(client: Client):
    phase = running_phase(
        PhaseKind.EVALUATION, ProjectSettings(with_arguments=False, with_conditions=False)
    )
    assert "Les arguments" not in page(client, phase)
    assert argue(client, phase, "Oui.").status_code == 404
    other = running_phase(PhaseKind.IDEAS)
    assert note(client, other, 1).status_code == 404
    assert client.post(address(phase, "argument_support", 2**70)).status_code == 404


def test_the_result_says_each_criterion_the_whole_and_the_best_arguments(
    phase: Phase, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(disclosure, "FEWEST_PEOPLE", 1)
    arguments = written(phase, ContributionKind.ARGUMENT_FOR, *(f"Pour {n}" for n in range(7)))
    (refused,) = written(phase, ContributionKind.CONDITION, "Refusée depuis.")
    for rank, argument in enumerate(arguments):
        Contribution.objects.filter(pk=argument.pk).update(support_count=rank)
    judge(phase, (4, 4), (0, None), (4, 2))
    phase = closed(phase)
    first, second = phase.result["criteria"]
    assert first["counts"] == [1, 0, 0, 0, 2]
    assert second["counts"] == [0, 0, 1, 0, 1]
    assert first["mean"] == pytest.approx(200 / 3)
    assert 0 <= first["lower"] < first["mean"] < first["upper"] <= 100
    # Each person weighs the same: 100, 0 and 75.
    assert phase.result["overall"]["mean"] == pytest.approx(175 / 3)
    assert phase.result["voters"] == 3
    Contribution.objects.filter(pk=refused.pk).update(state=ContributionState.REFUSED)
    ((title, rows),) = shown(phase)["arguments"]
    assert title == "Pour"
    assert [row.text for row in rows] == ["Pour 6", "Pour 5", "Pour 4", "Pour 3", "Pour 2"]


def test_a_phase_that_nobody_judged_has_a_result_too(client: Client, phase: Phase):
    phase = closed(phase)
    assert phase.result["overall"] == {"answers": 0, "mean": None, "lower": None, "upper": None}
    assert shown(phase)["chart"] is None
    assert "avec le résultat" in page(client, phase)
    publish(phase)
    assert "Personne n’a donné de note" in page(client, phase)


def test_figures_of_a_project_wait_during_a_pre_electoral_period(client: Client, phase: Phase):
    judge(phase, *[(4, 2)] * 12)
    (argument,) = written(phase, ContributionKind.ARGUMENT_FOR, "De l’ombre.")
    closed(phase)
    assert not phase_tells(client, phase)
    publish(phase)
    assert phase_tells(client, phase)
    election_soon(phase.organisation)
    assert not phase_tells(client, phase)
    assert argument.text in page(client, phase)


def phase_tells(client: Client, phase: Phase) -> bool:
    """Whether the page was given figures to show."""
    response = client.get(address(phase))
    return response.context["figures"] is not None or response.context["tells"]


def test_a_measure_is_published_with_the_result_from_enough_people(phase: Phase):
    judge(phase, *[(4, 2)] * MINIMUM_ANSWERS)
    few = PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.EVALUATION)
    written(few, ContributionKind.CRITERION, "Utilité", "Coût")
    judge(few, *[(0, 0)] * (MINIMUM_ANSWERS - 1))
    closed(phase)
    closed(few)
    consultation = phase.consultation
    consultation.refresh_from_db()
    assert publish_measures(consultation) == 0
    consultation.state = ConsultationState.PUBLISHED
    for _again in range(2):
        assert publish_measures(consultation) == 1
    measure = Measure.objects.get()
    assert measure.estimate_percent == pytest.approx(75)
    assert measure.answers == MINIMUM_ANSWERS


def test_documents_are_joined_by_the_team_and_read_by_all(client: Client, settings: Any, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    mandate = MandateFactory(confirmed=True)
    phase = running_phase(PhaseKind.PROJECT, organisation=mandate.organisation)
    team = sign_in(Client(), mandate.person)
    where = reverse("consultations:phase_documents", args=[phase.consultation_id, phase.position])

    def join(name: str, content: bytes) -> int:
        return int(team.post(where, {"document": SimpleUploadedFile(name, content)}).status_code)

    assert join("plan.pdf", b"%PDF-1.4\n%%EOF\n") == 302
    assert join("plan.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'/>") == 422
    assert join("actif.pdf", b"%PDF-1.4 /JavaScript %%EOF") == 422
    document = Attachment.objects.get()
    assert "plan.pdf" in page(client, phase)
    read = client.get(address(phase, "phase_document", document.pk))
    assert read["Content-Type"] == "application/pdf"
    assert b"".join(read.streaming_content).startswith(b"%PDF")
    elsewhere = running_phase(PhaseKind.PROJECT)
    assert client.get(address(elsewhere, "phase_document", document.pk)).status_code == 404
    stranger = sign_in(Client(), MandateFactory(confirmed=True).person)
    assert stranger.get(where).status_code == 404
    take = reverse(
        "consultations:remove_phase_document",
        args=[phase.consultation_id, phase.position, document.pk],
    )
    assert stranger.post(take).status_code == 404
    assert team.post(take).status_code == 302
    assert not Attachment.objects.exists()


def test_supports_given_by_a_browser_show_as_given(client: Client, phase: Phase):
    (argument,) = written(phase, ContributionKind.ARGUMENT_FOR, "De l’ombre.")
    _who, secret = with_access(phase.consultation)
    client.cookies[cookie_name(phase.consultation)] = secret
    client.post(address(phase, "argument_support", argument.number))
    assert 'aria-pressed="true"' in page(client, phase)
