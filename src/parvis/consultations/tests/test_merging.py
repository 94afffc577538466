"""Ideas merged and split: consent of each supporter, cycles, undoing, the trace."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    ContributionState,
    MoveState,
    NoticeKind,
)
from parvis.consultations.models import (
    Consultation,
    Contribution,
    ModerationDecision,
    Notice,
    Phase,
    SupportMove,
    Vote,
)
from parvis.consultations.operations import merging
from parvis.consultations.operations.closing import close_consultation
from parvis.consultations.operations.merging import Part, answer_move, merge, restore, split
from parvis.consultations.tests.factories import (
    ContributionFactory,
    participant,
    running_phase,
)
from parvis.consultations.tests.moderators import (
    citizen_of,
    member_of,
    stored,
    supported,
    supporters_of,
)
from parvis.consultations.traces import end_of, trace_of
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.tests.races import at_once, needs_a_server

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture
def phase():
    return running_phase()


@pytest.fixture
def by():
    return PersonFactory.create()


def ideas(phase, count: int = 2, **fields: object) -> list[Contribution]:
    return [ContributionFactory.create(phase=phase, **fields) for _rank in range(count)]


def asked(participant_, source: Contribution) -> SupportMove:
    return SupportMove.objects.get(participant=participant_, source=source)


def test_a_support_follows_only_with_consent(phase, by):
    source, target = ideas(phase)
    yes, no, silent = supported(source)
    both = participant(phase.consultation)
    supported(source, both)
    supported(target, both)
    merge(phase=phase, sources=[source.pk], target=target.pk, by=by, words="Même place.")
    assert stored(source).state == ContributionState.MERGED
    assert supporters_of(target) == {both.pk}
    # Whoever supports both is not asked; the three others are, and told.
    assert SupportMove.objects.count() == 3
    assert Notice.objects.filter(kind=NoticeKind.MOVE_ASKED).count() == 3
    answer_move(participant=yes, pk=asked(yes, source).pk, accepts=True)
    answer_move(participant=no, pk=asked(no, source).pk, accepts=False)
    assert supporters_of(target) == {both.pk, yes.pk}
    assert supporters_of(source) == {both.pk, no.pk, silent.pk}
    assert (stored(target).support_count, stored(source).support_count) == (2, 3)
    trace = trace_of(stored(target))
    assert [step.contribution.pk for step in trace.merged_from] == [source.pk]
    assert trace.merged_from[0].words == "Même place."
    assert trace.stayed == 2
    into = trace_of(stored(source)).merged_into
    assert into is not None
    assert into.contribution.pk == target.pk


def test_one_changes_ones_mind_and_a_double_click_counts_once(phase, by):
    source, target = ideas(phase)
    (who,) = supported(source, participant(phase.consultation))
    merge(phase=phase, sources=[source.pk], target=target.pk, by=by)
    move = asked(who, source)
    for _click in range(2):
        answer_move(participant=who, pk=move.pk, accepts=True)
    assert stored(target).support_count == 1
    for _click in range(2):
        answer_move(participant=who, pk=move.pk, accepts=False)
    assert supporters_of(source) == {who.pk}
    assert (stored(target).support_count, stored(source).support_count) == (0, 1)


def test_nobody_answers_for_another_nor_after_the_close(phase, by):
    source, target = ideas(phase)
    (who,) = supported(source, participant(phase.consultation))
    other = participant(phase.consultation)
    merge(phase=phase, sources=[source.pk], target=target.pk, by=by)
    move = asked(who, source)
    with pytest.raises(Conflict, match="plus posée"):
        answer_move(participant=other, pk=move.pk, accepts=True)
    Consultation.objects.filter(pk=phase.consultation_id).update(
        state=ConsultationState.CLOSED, closed_at=phase.closes_at
    )
    with pytest.raises(Conflict, match="close"):
        answer_move(participant=who, pk=move.pk, accepts=True)
    assert supporters_of(target) == set()


def test_undoing_a_merge_gives_each_idea_what_it_had(phase, by):
    source, target = ideas(phase)
    yes, late, _silent = supported(source)
    own = supported(target, participant(phase.consultation))[0]
    merge(phase=phase, sources=[source.pk], target=target.pk, by=by)
    # One supports the target on their own before answering: that support is not the merge's.
    supported(target, late)
    for who in (yes, late):
        answer_move(participant=who, pk=asked(who, source).pk, accepts=True)
    assert supporters_of(target) == {own.pk, yes.pk, late.pk}
    restore(contribution=stored(source), by=by)
    assert stored(source).state == ContributionState.PUBLISHED
    assert stored(source).merged_into is None
    assert supporters_of(target) == {own.pk, late.pk}
    assert stored(source).support_count == 3
    assert stored(target).support_count == 2
    assert not SupportMove.objects.exists()
    with pytest.raises(Conflict):
        restore(contribution=stored(source), by=by)
    # They may be merged again.
    merge(phase=phase, sources=[source.pk], target=target.pk, by=by)
    assert SupportMove.objects.filter(state=MoveState.ASKED).count() == 2


def test_a_chain_is_followed_to_its_end_and_a_cycle_is_refused(phase, by):
    first, second, third = ideas(phase, 3)
    (who,) = supported(first, participant(phase.consultation))
    merge(phase=phase, sources=[first.pk], target=second.pk, by=by)
    with pytest.raises(Conflict, match="elle-même"):
        merge(phase=phase, sources=[second.pk], target=first.pk, by=by)
    merge(phase=phase, sources=[second.pk], target=third.pk, by=by)
    assert end_of(stored(first)).pk == third.pk
    with pytest.raises(Conflict, match="elle-même"):
        merge(phase=phase, sources=[third.pk], target=first.pk, by=by)
    answer_move(participant=who, pk=asked(who, first).pk, accepts=True)
    assert supporters_of(third) == {who.pk}
    # A target merged meanwhile is its end.
    (fourth,) = ideas(phase, 1)
    assert merge(phase=phase, sources=[fourth.pk], target=first.pk, by=by).pk == third.pk
    assert [step.contribution.number for step in trace_of(stored(third)).merged_from] == [1, 2, 4]
    restore(contribution=stored(first), by=by)
    assert supporters_of(first) == {who.pk}
    assert stored(third).support_count == 0


def test_what_cannot_be_merged_is_refused_and_changes_nothing(phase, by):
    source, target = ideas(phase)
    (elsewhere,) = ideas(running_phase(), 1)
    (comment,) = ideas(phase, 1, kind=ContributionKind.COMMENT, parent=source)
    (waiting,) = ideas(phase, 1, state=ContributionState.WAITING, published_at=None)

    def tried(*sources: int, **more: object) -> None:
        merge(phase=phase, sources=list(sources), by=by, **{"target": target.pk, **more})

    for sources in [(elsewhere.pk,), (comment.pk,), (10**15,), ()]:
        with pytest.raises(Refusal):
            tried(*sources)
    with pytest.raises(Conflict, match="n’est plus publiée"):
        tried(waiting.pk)
    with pytest.raises(Conflict, match="elle-même"):
        tried(target.pk)
    with pytest.raises(Refusal):
        tried(source.pk, target=elsewhere.pk)
    with pytest.raises(Refusal):
        tried(source.pk, target=None)
    with pytest.raises(Refusal):
        tried(source.pk, target=None, written=Part("Seule", "Une idée ne fait pas deux."))
    with pytest.raises(Conflict):
        tried(source.pk, target=waiting.pk)
    with pytest.raises(Refusal, match="Trente"):
        tried(*range(1, 40))
    assert not Contribution.objects.filter(state=ContributionState.MERGED).exists()
    assert not ModerationDecision.objects.exists()


def test_a_new_idea_is_written_once_and_names_its_authors(phase, by):
    authors = [participant(phase.consultation) for _rank in range(2)]
    for rank, author in enumerate(authors):
        author.display_name = f"Autrice {rank}"
        author.save()
    sources = [ContributionFactory.create(phase=phase, author=author) for author in authors]
    supported(sources[0])
    token = uuid.uuid4()
    made = [
        merge(
            phase=phase,
            sources=[source.pk for source in sources],
            written=Part("Une place plantée", "Des arbres et des bancs."),
            by=by,
            token=token,
        )
        for _click in range(2)
    ]
    assert made[0].pk == made[1].pk
    assert made[0].support_count == 0
    assert SupportMove.objects.filter(target=made[0]).count() == 3
    assert trace_of(made[0]).co_authors == ("Autrice 0", "Autrice 1")
    assert Notice.objects.filter(kind=NoticeKind.MERGED).count() == 2


def test_a_split_asks_for_each_part_and_is_undone(phase, by):
    author = participant(phase.consultation)
    source = ContributionFactory.create(phase=phase, author=author, theme="mobilites")
    yes, no, _silent = supported(source)
    parts = split(contribution=source, parts=[Part("Des bancs", ""), Part("Des arbres", "")], by=by)
    assert stored(source).state == ContributionState.SPLIT
    assert [part.author_id for part in parts] == [author.pk] * 2
    assert parts[0].theme == "mobilites"
    assert SupportMove.objects.count() == 6
    for part in parts:
        move = SupportMove.objects.get(participant=yes, target=part)
        answer_move(participant=yes, pk=move.pk, accepts=True)
    assert [stored(part).support_count for part in parts] == [1, 1]
    assert supporters_of(source) >= {yes.pk}
    own = supported(parts[0], no)[0]
    assert [step.contribution.pk for step in trace_of(stored(source)).parts] == [
        part.pk for part in parts
    ]
    restore(contribution=stored(source), by=by)
    assert stored(source).support_count == 3
    assert [stored(part).state for part in parts] == ["merged", "merged"]
    # What the split gave is taken back; what somebody gave a part on their own is theirs.
    assert supporters_of(parts[0]) == {own.pk}
    assert supporters_of(parts[1]) == set()
    with pytest.raises(Refusal):
        split(contribution=source, parts=[Part("Une seule", "")], by=by)
    with pytest.raises(Conflict):
        split(contribution=stored(parts[0]), parts=[Part("a", ""), Part("b", "")], by=by)


def test_a_support_taken_back_is_not_brought_back(phase, by):
    source, target = ideas(phase)
    (who,) = supported(source, participant(phase.consultation))
    merge(phase=phase, sources=[source.pk], target=target.pk, by=by)
    answer_move(participant=who, pk=asked(who, source).pk, accepts=True)
    who.votes.all().delete()
    restore(contribution=stored(source), by=by)
    assert supporters_of(source) == supporters_of(target) == set()
    assert (stored(target).support_count, stored(source).support_count) == (0, 0)


def test_the_close_of_the_consultation_leaves_no_tie_and_keeps_the_figures(phase, by):
    source, target = ideas(phase)
    yes, _no, _silent = supported(source)
    merge(phase=phase, sources=[source.pk], target=target.pk, by=by)
    answer_move(participant=yes, pk=asked(yes, source).pk, accepts=True)
    assert trace_of(stored(target)).stayed == 2
    now = timezone.now()
    Phase.objects.filter(pk=phase.pk).update(closes_at=now, closed_at=now)
    close_consultation(consultation=phase.consultation)
    assert not Vote.objects.exists()
    assert not SupportMove.objects.exists()
    assert not Notice.objects.filter(kind=NoticeKind.MOVE_ASKED).exists()
    assert trace_of(stored(target)).stayed == 2


# --- Pages


def test_the_pages_from_the_choice_to_the_consent(phase):
    client, _person = member_of(phase.consultation)
    browser, who = citizen_of(phase.consultation)
    source, target = ideas(phase)
    hostile = "<script>alert(1)</script> ‮ « fin »"
    Contribution.objects.filter(pk=source.pk).update(title=hostile)
    supported(source, who)
    page = reverse("consultations:merge", args=[phase.consultation_id, target.pk])
    shown = client.get(page).content.decode()
    assert "<script>alert" not in shown
    assert client.get(f"{page}?q=%00").status_code == 200
    assert client.get(f"{page}?q=introuvable").status_code == 200
    assert client.post(page, {"kept": "keep"}).status_code == 422
    assert client.post(page, {"sources": [10**30], "kept": "keep"}).status_code == 422
    assert client.post(page, {"sources": [source.pk], "kept": "write"}).status_code == 422
    body = {"sources": [source.pk], "kept": "keep", "words": hostile}
    preview = client.post(page, body).content.decode()
    assert "1 personne sera interrogée" in preview
    assert stored(source).state == ContributionState.PUBLISHED
    client.post(page, {**body, "confirm": "1"})
    assert stored(source).state == ContributionState.MERGED
    code = phase.consultation.code
    moves = browser.get(reverse("consultations:moves", args=[code])).content.decode()
    assert "&lt;script&gt;" in moves
    assert "<script>alert" not in moves
    move = asked(who, source)
    for sent in ({}, {"answer": "\x00"}, {"answer": "oui"}):
        path = reverse("consultations:answer_move", args=[code, move.pk])
        assert browser.post(path, sent).status_code == 303
    assert supporters_of(target) == set()
    answer = browser.post(path, {"answer": "yes"})
    assert answer.status_code == 303
    assert supporters_of(target) == {who.pk}
    story = browser.get(
        reverse("consultations:idea", args=[code, phase.position, target.number])
    ).content.decode()
    assert "&lt;script&gt;" in story
    assert "<script>alert" not in story
    client.post(reverse("consultations:restore", args=[phase.consultation_id, source.pk]))
    assert supporters_of(source) == {who.pk}


def test_a_split_by_its_page(phase):
    client, _person = member_of(phase.consultation)
    (source,) = ideas(phase, 1)
    page = reverse("consultations:split", args=[phase.consultation_id, source.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"title_1": "Seule"}).status_code == 422
    lost = {"title_1": "Une", "title_2": "Deux", "text_3": "Sans titre"}
    assert client.post(page, lost).status_code == 422
    client.post(page, {"title_1": "Une", "title_2": "Deux", "title_4": "Trois"})
    assert Contribution.objects.filter(split_from=source).count() == 3
    assert client.get(page).status_code == 302


# --- Races


@pytest.mark.django_db(transaction=True)
def test_two_merges_the_one_into_the_other_at_once(by):
    needs_a_server()
    phase = running_phase()
    by = PersonFactory.create()
    first, second = ideas(phase)
    raised = at_once(
        lambda: merge(phase=phase, sources=[first.pk], target=second.pk, by=by),
        lambda: merge(phase=phase, sources=[second.pk], target=first.pk, by=by),
    )
    assert isinstance(raised, Conflict)
    assert stored(first).merged_into_id == second.pk
    assert stored(second).state == ContributionState.PUBLISHED


@pytest.mark.django_db(transaction=True)
def test_a_support_that_arrives_while_its_idea_is_merged_is_refused_or_asked():
    needs_a_server()
    phase = running_phase()
    by = PersonFactory.create()
    source, target = ideas(phase)
    who = participant(phase.consultation)
    raised = at_once(
        lambda: merging.merge(phase=phase, sources=[source.pk], target=target.pk, by=by),
        lambda: supported(source, who),
    )
    assert isinstance(raised, Conflict)
    assert supporters_of(source) == set()


@pytest.mark.django_db(transaction=True)
def test_a_consent_given_while_the_merge_is_undone():
    needs_a_server()
    phase = running_phase()
    by = PersonFactory.create()
    source, target = ideas(phase)
    (who,) = supported(source, participant(phase.consultation))
    merge(phase=phase, sources=[source.pk], target=target.pk, by=by)
    move = asked(who, source)
    raised = at_once(
        lambda: restore(contribution=source, by=by),
        lambda: answer_move(participant=who, pk=move.pk, accepts=True),
    )
    assert isinstance(raised, Conflict)
    assert supporters_of(source) == {who.pk}
