"""“Ma participation”: seeing, changing and taking back what is one's own, and nobody else's."""

from __future__ import annotations

import json
import uuid

import pytest
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import (
    Admission,
    ContributionKind,
    ContributionState,
    NoticeKind,
    PhaseKind,
    Proof,
    VoteKind,
)
from parvis.consultations.models import (
    Contribution,
    OfficialAnswer,
    Participant,
    Phase,
    Vote,
)
from parvis.consultations.operations import leaving, voting
from parvis.consultations.operations.contributing import Content, contribute
from parvis.consultations.operations.notices import tell
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.tests.factories import (
    ContributionFactory,
    PhaseFactory,
    running_phase,
    with_access,
    written,
)
from parvis.consultations.tests.test_answers import election_soon
from parvis.consultations.tests.visitors import Visitor
from parvis.foundation import erasures
from parvis.foundation.errors import Conflict
from parvis.foundation.group_commit import BusyError
from parvis.foundation.models import Erasure

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_once"),
    pytest.mark.usefixtures("without_scope"),
]


def somebody(phase: Phase) -> tuple[Participant, Visitor]:
    person, secret = with_access(phase.consultation)
    return person, Visitor(phase.consultation, secret)


def text_of(phase: Phase, author: Participant, title: str, **more: object) -> Contribution:
    return contribute(
        phase=phase,
        kind=ContributionKind.IDEA,
        content=Content(title=title, text="Parce que."),
        author=author,
        token=uuid.uuid4(),
        **more,  # type: ignore[arg-type]
    )


def opinion(phase: Phase) -> tuple[Participant, Visitor, Contribution]:
    (statement,) = written(phase, ContributionKind.STATEMENT, "Il faut plus de bancs.")
    person, visitor = somebody(phase)
    vote(Ballot(phase, person.pk, VoteKind.OPINION, [Choice(statement.pk, 1)]))
    return person, visitor, statement


def test_own_votes_are_told_in_words_and_taken_back():
    phase = running_phase(PhaseKind.OPINIONS)
    person, visitor, statement = opinion(phase)
    shown = visitor.get("own").content.decode()
    assert "D’accord" in shown
    assert "Il faut plus de bancs." in shown
    for _press in range(2):
        answer = visitor.post("take_back_vote", phase.position, subject=statement.pk, other=0)
        assert answer.status_code == 302
    assert not Vote.objects.filter(participant=person).exists()


@pytest.mark.parametrize("subject", ["", "0", "-1", "x", "9" * 30, "\0"])
def test_nothing_is_taken_back_that_was_not_given(subject: str):
    phase = running_phase(PhaseKind.OPINIONS)
    _person, visitor, _statement = opinion(phase)
    assert visitor.post("take_back_vote", phase.position, subject=subject).status_code == 302
    assert Vote.objects.count() == 1


def test_nobody_takes_back_what_is_another_s():
    phase = running_phase()
    author, _visitor = somebody(phase)
    idea = text_of(phase, author, "Une fontaine")
    _other, visitor = somebody(phase)
    assert "Une fontaine" not in visitor.get("own").content.decode()
    assert visitor.post("withdraw_own", idea.pk).status_code == 404
    idea.refresh_from_db()
    assert idea.state == ContributionState.WAITING


def test_a_text_is_taken_back_with_its_trace():
    phase = running_phase()
    author, visitor = somebody(phase)
    idea = text_of(phase, author, "Une fontaine")
    for _press in range(2):
        assert visitor.post("withdraw_own", idea.pk).status_code == 302
    idea.refresh_from_db()
    assert idea.state == ContributionState.WITHDRAWN
    assert idea.decisions.filter(act="withdrawn").count() == 1
    assert "Retirée par son auteur" in visitor.get("own").content.decode()


def test_an_answer_waits_on_ones_own_page_too_during_a_pre_electoral_period():
    phase = running_phase()
    author, visitor = somebody(phase)
    text = text_of(phase, author, "Une fontaine")
    Contribution.objects.filter(pk=text.pk).update(state=ContributionState.PUBLISHED)
    OfficialAnswer.objects.create(organisation=phase.organisation, contribution=text,
        verdict="retained", reason="On la creuse.", by=PersonFactory.create())  # fmt: skip
    assert "On la creuse." in visitor.get("own").content.decode()
    election_soon(phase.organisation)
    assert "On la creuse." not in visitor.get("own").content.decode()


@pytest.mark.parametrize("kind", [PhaseKind.OPINIONS, PhaseKind.IDEAS])
def test_a_crowd_is_told_to_come_back_and_nothing_is_erased(monkeypatch, kind):
    phase = running_phase(kind)
    person, visitor = somebody(phase)
    what = (
        ContributionFactory.create(phase=phase)
        if kind == PhaseKind.IDEAS
        else written(phase, ContributionKind.STATEMENT, "Des bancs.")[0]
    )
    vote_kind = VoteKind.SUPPORT if kind == PhaseKind.IDEAS else VoteKind.OPINION
    vote(Ballot(phase, person.pk, vote_kind, [Choice(what.pk, 1)]))

    def full(_ballot: object) -> None:
        raise BusyError

    monkeypatch.setattr(voting._committer, "submit", full)
    answer = visitor.post("take_back_vote", phase.position, subject=what.pk, other=0)
    assert answer.status_code == 503
    answer = visitor.post("erase_own", votes="take_back", texts="keep")
    assert answer.status_code == 503
    person.refresh_from_db()
    assert person.erased_on is None
    if kind == PhaseKind.IDEAS:
        assert visitor.post("idea_support", phase.position, what.number).status_code == 303
    assert Vote.objects.count() == 1


def test_a_phase_that_ends_meanwhile_does_not_keep_the_votes_of_another(monkeypatch):
    phase = running_phase(PhaseKind.OPINIONS)
    other = PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.OPINIONS)
    person, visitor = somebody(phase)
    for one in (phase, other):
        (statement,) = written(one, ContributionKind.STATEMENT, f"Des bancs {one.pk}.")
        vote(Ballot(one, person.pk, VoteKind.OPINION, [Choice(statement.pk, 1)]))
    cast = leaving.vote

    def closes(ballot: Ballot) -> None:
        if ballot.phase.pk == phase.pk:
            raise Conflict("Cette étape est close.")
        cast(ballot)

    monkeypatch.setattr(leaving, "vote", closes)
    assert visitor.post("erase_own", votes="take_back", texts="keep").status_code == 302
    assert list(Vote.objects.values_list("phase", flat=True)) == [phase.pk]


def test_nobody_becomes_a_participant_of_what_is_over():
    ideas, project = running_phase(), running_phase(PhaseKind.PROJECT)
    idea = ContributionFactory.create(phase=ideas)
    argument = ContributionFactory.create(phase=project, kind=ContributionKind.ARGUMENT_FOR)
    Phase.objects.update(closes_at=timezone.now())
    sent = {"token": uuid.uuid4(), "text": "Bravo à vous.", "title": "Un banc", "kind": "for"}
    for phase, name, numbers in (
        (ideas, "idea_support", [idea.number]),
        (ideas, "idea_comment", [idea.number]),
        (ideas, "idea_write", []),
        (project, "argument_support", [argument.number]),
        (project, "argument_write", []),
    ):
        answer = Visitor(phase.consultation).post(name, phase.position, *numbers, **sent)
        assert answer.status_code < 500, name
    assert not Participant.objects.exists()


def test_looking_makes_nobody_a_participant_and_a_verified_visitor_is_sent_to_enter():
    phase = running_phase()
    stranger = Visitor(phase.consultation)
    for page in ("own", "own_data", "erase_own"):
        assert stranger.get(page).status_code == 200
    assert stranger.post("erase_own").status_code == 409
    assert not Participant.objects.exists()
    verified = running_phase(admission=Admission.VERIFIED, proofs=[Proof.MAIL])
    sent = Visitor(verified.consultation).get("own_data")
    assert sent.status_code == 302
    assert sent.url.endswith("/entrer/")


def test_the_name_is_escaped_and_short():
    phase = running_phase()
    person, visitor = somebody(phase)
    hostile = "<script>alert(1)</script>"
    visitor.post("present_oneself", display_name=f"  {hostile}  ", language="fr")
    person.refresh_from_db()
    assert person.display_name == hostile
    assert hostile not in visitor.get("own").content.decode()
    for fields in ({"display_name": "x" * 61, "language": "fr"}, {"language": "klingon"}):
        assert visitor.post("present_oneself", **fields).status_code == 422


def test_what_is_kept_is_taken_away_as_json():
    phase = running_phase()
    person, visitor = somebody(phase)
    text_of(phase, person, "Une fontaine")
    idea = ContributionFactory.create(phase=phase, title="Un banc")
    vote(Ballot(phase, person.pk, VoteKind.SUPPORT, [Choice(idea.pk, 1)]))
    document = json.loads(visitor.get("own_data").content)
    assert [one["title"] for one in document["texts"]] == ["Une fontaine"]
    assert document["votes"] == [
        {"phase": phase.title, "about": "Un banc", "vote": "Vous soutenez"}
    ]
    assert person.identity not in json.dumps(document)


@pytest.mark.parametrize("withdraws", [True, False])
def test_everything_is_erased_and_a_restore_erases_it_again(withdraws: bool):
    phase = running_phase()
    person, visitor = somebody(phase)
    Participant.objects.filter(pk=person.pk).update(display_name="Claire", mail="c@exemple.fr")
    idea = text_of(phase, person, "Une fontaine")
    draft = text_of(phase, person, "Pas fini", as_draft=True)
    other = ContributionFactory.create(phase=phase)
    vote(Ballot(phase, person.pk, VoteKind.SUPPORT, [Choice(other.pk, 1)]))
    tell([person], kind=NoticeKind.PUBLISHED, key="published:1", contribution=idea)
    fields = {"texts": "withdraw" if withdraws else "keep", "votes": "keep"}
    assert visitor.post("erase_own", **fields).status_code == 302
    _erased(person, idea, draft, withdraws=withdraws)
    # The vote that was left counts until its close.
    assert Vote.objects.filter(participant=person).count() == 1
    assert "Une fontaine" not in visitor.get("own").content.decode()

    # A database put back from before it, its list of erasures beside it.
    Participant.objects.filter(pk=person.pk).update(erased_on=None)
    Participant.objects.filter(pk=person.pk).update(display_name="Claire", mail="c@exemple.fr")
    Contribution.objects.filter(pk__in=[idea.pk, draft.pk]).update(author=person)
    if withdraws:
        Contribution.objects.filter(pk=idea.pk).update(
            title="Une fontaine", state=ContributionState.WAITING
        )
    Contribution.objects.filter(pk=draft.pk).update(title="Pas fini", state=ContributionState.DRAFT)
    assert Erasure.objects.exists()
    erasures.replay()
    _erased(person, idea, draft, withdraws=withdraws)


def _erased(
    person: Participant, idea: Contribution, draft: Contribution, *, withdraws: bool
) -> None:
    for row in (person, idea, draft):
        row.refresh_from_db()
    assert person.erased_on is not None
    assert (person.display_name, person.mail) == ("", "")
    assert not person.accesses.exists()
    assert not person.notices.exists()
    assert idea.author_id is None
    assert draft.author_id is None
    assert (draft.title, draft.state) == ("", ContributionState.WITHDRAWN)
    assert idea.title == ("" if withdraws else "Une fontaine")


def test_votes_are_taken_back_with_everything_else_when_asked():
    phase = running_phase(PhaseKind.OPINIONS)
    _person, visitor, _statement = opinion(phase)
    visitor.post("erase_own", texts="keep", votes="take_back")
    assert not Vote.objects.exists()
