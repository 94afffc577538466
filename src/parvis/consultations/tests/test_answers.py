"""Official answers and milestones: told once to those concerned, held back before an election."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.consultations.enums import (
    ContributionKind,
    ContributionState,
    NoticeKind,
    Verdict,
    VoteKind,
)
from parvis.consultations.models import (
    Contribution,
    Follow,
    Milestone,
    Notice,
    OfficialAnswer,
    Phase,
)
from parvis.consultations.operations import answering, milestones
from parvis.consultations.operations.answering import AnswerContent
from parvis.consultations.operations.milestones import MilestoneContent
from parvis.consultations.operations.publishing import write_embargo_reason
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.tasks.outcome import tell_what_waited
from parvis.consultations.tests.factories import (
    ContributionFactory,
    participant,
    running_phase,
)
from parvis.editions.models import Election
from parvis.editions.tests.factories import EditionFactory
from parvis.foundation.errors import Refusal
from parvis.foundation.stale import StaleForm
from parvis.journal.models import Entry
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import coordinator_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture
def phase() -> Phase:
    return running_phase()


def coordinator(phase: Phase):
    return coordinator_of(phase.organisation)


def election_soon(body: Organisation) -> Election:
    edition = EditionFactory.create(opened_at=timezone.now())
    day = timezone.localdate() + timedelta(days=40)
    return Election.objects.create(
        edition=edition, organisation=body, label="Municipales", first_round_on=day,
        last_round_on=day + timedelta(days=7),
    )  # fmt: skip


def told(kind: str = NoticeKind.ANSWERED) -> list[int]:
    return sorted(Notice.objects.filter(kind=kind).values_list("participant", flat=True))


def test_author_supporters_and_followers_are_told_once_a_revision(phase):
    _client, by = coordinator(phase)
    author, supporter, follower, other = (participant(phase.consultation) for _ in range(4))
    idea = ContributionFactory.create(phase=phase, author=author)
    vote(Ballot(phase, supporter.pk, VoteKind.SUPPORT, [Choice(idea.pk, 1)]))
    Follow.objects.create(organisation=phase.organisation, participant=follower, contribution=idea)
    given = answering.answer(
        contribution=idea, content=AnswerContent(Verdict.STUDIED, "On regarde."), by=by,
        revision=None,
    )  # fmt: skip
    assert told() == sorted([author.pk, supporter.pk, follower.pk])
    assert other.pk not in told()
    answering.answer(
        contribution=idea, content=AnswerContent(Verdict.STUDIED, "On regarde."), by=by, revision=1
    )
    assert len(told()) == 3
    changed = answering.answer(
        contribution=idea, content=AnswerContent(Verdict.RETAINED, "C’est oui."), by=by, revision=1
    )
    assert (given.revision, changed.revision) == (1, 2)
    assert len(told()) == 6


def test_who_wrote_an_idea_that_was_merged_is_told_of_the_other_one(phase):
    _client, by = coordinator(phase)
    author = participant(phase.consultation)
    target = ContributionFactory.create(phase=phase)
    middle = ContributionFactory.create(
        phase=phase, state=ContributionState.MERGED, merged_into=target
    )
    ContributionFactory.create(
        phase=phase, author=author, state=ContributionState.MERGED, merged_into=middle
    )
    project = ContributionFactory.create(
        phase=phase, kind=ContributionKind.PROJECT, cost_euros=5, from_idea=target
    )
    answering.answer(
        contribution=project, content=AnswerContent(Verdict.RETAINED, "Oui."), by=by, revision=None
    )
    assert told() == [author.pk]


def test_two_coordinators_do_not_overwrite_each_other(phase):
    client, by = coordinator(phase)
    idea = ContributionFactory.create(phase=phase)
    address = reverse("consultations:answer", args=[phase.consultation_id, idea.pk])
    sent = {"verdict": "retained", "reason": "Oui.", "revision": ""}
    assert client.post(address, sent).status_code == 302
    page = client.post(address, {**sent, "reason": "Non, finalement."})
    assert page.status_code == 409
    assert "Non, finalement." in page.content.decode()
    assert OfficialAnswer.objects.get().reason == "Oui."
    with pytest.raises(StaleForm):
        answering.answer(
            contribution=idea, content=AnswerContent("refused", "Non."), by=by, revision="x"
        )


@pytest.mark.parametrize(
    "sent",
    [
        {"verdict": "retained", "reason": "  \x00 "},
        {"verdict": "peut-être", "reason": "Oui."},
        {"verdict": "retained", "reason": "a" * 5_001},
        {},
    ],
)
def test_an_answer_without_a_decision_or_a_reason_is_refused_and_kept_on_the_page(phase, sent):
    client, _by = coordinator(phase)
    idea = ContributionFactory.create(phase=phase)
    page = client.post(reverse("consultations:answer", args=[phase.consultation_id, idea.pk]), sent)
    assert page.status_code == 422
    assert not OfficialAnswer.objects.exists()


def test_what_is_not_published_is_not_answered(phase):
    client, _by = coordinator(phase)
    waiting = ContributionFactory.create(phase=phase, state=ContributionState.WAITING)
    address = reverse("consultations:answer", args=[phase.consultation_id, waiting.pk])
    assert client.get(address).status_code == 422


def test_several_alike_are_answered_together_after_a_look(phase):
    client, by = coordinator(phase)
    ideas = [ContributionFactory.create(phase=phase) for _rank in range(3)]
    elsewhere = ContributionFactory.create()
    answering.answer(
        contribution=ideas[0], content=AnswerContent("refused", "Déjà fait."), by=by, revision=None
    )
    address = reverse("consultations:answer_alike", args=[phase.consultation_id])
    ticked = {"contribution": [*(one.pk for one in ideas), elsewhere.pk, "9" * 30, "x"]}
    look = client.post(address, ticked)
    assert look.status_code == 200
    assert OfficialAnswer.objects.count() == 1
    sent = {**ticked, "confirm": "1", "verdict": "retained", "reason": "Oui à toutes."}
    assert client.post(address, sent).status_code == 302
    assert OfficialAnswer.objects.filter(reason="Oui à toutes.").count() == 2
    assert not OfficialAnswer.objects.filter(contribution=elsewhere).exists()
    assert client.post(address, sent).status_code == 302
    assert OfficialAnswer.objects.count() == 3


def test_the_list_shows_the_most_supported_first_and_what_waits(phase):
    client, by = coordinator(phase)
    for count in (3, 9, 1):
        ContributionFactory.create(phase=phase, title=f"Idée à {count}", support_count=count)
    first = Contribution.objects.get(title="Idée à 9")
    address = reverse("consultations:answers", args=[phase.consultation_id])
    text = client.get(address).content.decode()
    assert text.index("Idée à 9") < text.index("Idée à 3") < text.index("Idée à 1")
    answering.answer(
        contribution=first, content=AnswerContent("retained", "Oui."), by=by, revision=None
    )
    waiting = client.get(address, {"reponse": "aucune"}).content.decode()
    assert "Idée à 9" not in waiting
    assert "Idée à 3" in waiting


def test_before_an_election_answers_wait_and_are_told_once_a_reason_is_written(phase):
    client, by = coordinator(phase)
    author = participant(phase.consultation)
    idea = ContributionFactory.create(phase=phase, author=author)
    election_soon(phase.organisation)
    answering.answer(
        contribution=idea, content=AnswerContent("retained", "Un parc neuf !"), by=by, revision=None
    )
    milestones.save_milestone(
        consultation=phase.consultation, by=by,
        content=MilestoneContent(
            title="Ouvert", due_on=timezone.localdate(), reached_on=timezone.localdate(),
            contribution=idea,
        ),
    )  # fmt: skip
    assert tell_what_waited.func() == 0
    assert not Notice.objects.exists()
    result = reverse("consultations:result", args=[phase.consultation.code])
    assert "Un parc neuf" not in client.get(result).content.decode()
    reason = reverse("consultations:embargo_reason", args=[phase.consultation_id])
    assert client.post(reason, {"embargo_reason": "Sécurité."}).status_code == 302
    assert told() == [author.pk]
    assert told(NoticeKind.MILESTONE) == [author.pk]
    assert "Un parc neuf" in client.get(result).content.decode()


def test_what_an_election_held_back_is_told_at_its_end(phase):
    _client, by = coordinator(phase)
    author = participant(phase.consultation)
    idea = ContributionFactory.create(phase=phase, author=author)
    election = election_soon(phase.organisation)
    answering.answer(
        contribution=idea, content=AnswerContent("retained", "Oui."), by=by, revision=None
    )
    election.delete()
    assert tell_what_waited.func() == 1
    assert tell_what_waited.func() == 0
    assert told() == [author.pk]


def test_a_milestone_is_told_once_when_it_is_reached(phase):
    client, _by = coordinator(phase)
    author = participant(phase.consultation)
    idea = ContributionFactory.create(phase=phase, author=author)
    OfficialAnswer.objects.create(
        organisation=phase.organisation, contribution=idea, verdict="retained", reason="Oui.",
        by=_by, told_at=timezone.now(),
    )  # fmt: skip
    today = timezone.localdate()
    sent = {"title": "Travaux", "contribution": idea.pk, "due_on": today.isoformat(), "text": ""}
    add = reverse("consultations:milestone_add", args=[phase.consultation_id])
    assert client.post(add, sent).status_code == 302
    milestone = Milestone.objects.get()
    assert not told(NoticeKind.MILESTONE)
    address = reverse("consultations:milestone", args=[phase.consultation_id, milestone.pk])
    reached = {**sent, "reached_on": today.isoformat(), "spent_euros": "1200", "revision": "1"}
    assert client.post(address, reached).status_code == 302
    assert client.post(address, {**reached, "revision": "2", "text": "Fini."}).status_code == 302
    assert told(NoticeKind.MILESTONE) == [author.pk]
    assert client.post(address, {**reached, "revision": "1"}).status_code == 409
    remove = reverse("consultations:milestone_remove", args=[phase.consultation_id, milestone.pk])
    assert client.post(remove).status_code == 302
    assert not Milestone.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("due_on", "31/02/2026"),
        ("due_on", "0001-01-01"),
        ("reached_on", "2099-01-01"),
        ("spent_euros", "-1"),
        ("spent_euros", "9" * 30),
        ("contribution", "9" * 30),
        ("contribution", "x"),
    ],
)
def test_a_milestone_that_cannot_be_is_refused_at_its_field(phase, field, value):
    client, _by = coordinator(phase)
    sent = {"title": "Travaux", "due_on": timezone.localdate().isoformat(), field: value}
    page = client.post(reverse("consultations:milestone_add", args=[phase.consultation_id]), sent)
    assert page.status_code == 422
    assert not Milestone.objects.exists()


def test_money_planned_is_shown_beside_money_spent(phase):
    client, by = coordinator(phase)
    project = ContributionFactory.create(
        phase=phase, kind=ContributionKind.PROJECT, cost_euros=10_000, title="Le parc"
    )
    for spent in (2_000, 9_500):
        milestones.save_milestone(
            consultation=phase.consultation, by=by,
            content=MilestoneContent(
                title="Lot", due_on=timezone.localdate(), contribution=project, spent_euros=spent
            ),
        )  # fmt: skip
    text = client.get(reverse("consultations:milestones", args=[phase.consultation_id]))
    page = text.content.decode().replace("\u202f", " ").replace("\u00a0", " ")
    assert "11 500 € dépensés sur 10 000 € prévus" in page
    assert "Au-delà du prévu" in page


def test_a_change_of_the_reason_is_journalled_with_both_its_words(phase):
    _client, by = coordinator(phase)
    for reason in ("Sécurité.", "Obligation légale.", ""):
        write_embargo_reason(consultation=phase.consultation, reason=reason, by=by)
    written = Entry.objects.filter(action="consultation.embargo_reason_written").order_by("pk")
    words = [
        (one.details["former_reason"], one.details["in_spite_of_the_election"]) for one in written
    ]
    assert words == [
        ("", "Sécurité."),
        ("Sécurité.", "Obligation légale."),
        ("Obligation légale.", ""),
    ]


def test_a_reason_too_long_is_refused(phase):
    _client, by = coordinator(phase)
    with pytest.raises(Refusal):
        write_embargo_reason(consultation=phase.consultation, reason="a" * 301, by=by)
