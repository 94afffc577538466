"""Moderation through pages and operations: decisions, appeals, several at once, two moderators."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.charter import charter_figures
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    ContributionState,
    ModerationAct,
    ModerationReason,
    NoticeKind,
    TeamRole,
)
from parvis.consultations.models import (
    Consultation,
    Contribution,
    ModerationDecision,
    Notice,
    Report,
)
from parvis.consultations.operations import moderating
from parvis.consultations.tests.factories import ContributionFactory, running_phase
from parvis.consultations.tests.moderators import (
    citizen_of,
    coordinator_of,
    member_of,
    stored,
    waiting,
)
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.journal.models import Entry

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script> \u202e{{ 7|add:7 }} '; DROP TABLE consultations; --"


@pytest.fixture
def phase():
    return running_phase()


def address(name: str, phase, *more: object) -> str:
    return reverse(f"consultations:{name}", args=[phase.consultation_id, *more])


def own(phase, contribution, name: str = "appeal") -> str:
    return reverse(
        f"consultations:{name}",
        args=[phase.consultation.code, phase.position, contribution.number],
    )


def seen(contribution: Contribution) -> str:
    with scopes_disabled():
        return moderating.version_of(stored(contribution))


def post(client, phase, contribution, decision: str, **more: str):
    return client.post(
        address("moderation_decide", phase, contribution.pk),
        {"decision": decision, "seen": seen(contribution), **more},
        follow=True,
    )


def refused(phase, author, by) -> Contribution:
    contribution = waiting(phase, author)
    with scopes_disabled():
        moderating.decide(
            contribution=contribution,
            state=ContributionState.REFUSED,
            seen=moderating.version_of(contribution),
            by=by,
            reason=ModerationReason.OFF_TOPIC,
        )
    return stored(contribution)


def acts(contribution: Contribution) -> list[str]:
    with scopes_disabled():
        return list(
            ModerationDecision.objects.filter(contribution=contribution).values_list(
                "act", flat=True
            )
        )


# --- The queue


def test_the_queue_holds_what_waits_and_nothing_else(phase):
    client, _person = member_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    waiting(phase, author, title="À lire d’abord")
    waiting(phase, author, title="Un brouillon", state=ContributionState.DRAFT)
    with scopes_disabled():
        ContributionFactory.create(phase=phase, author=author, title="Parue sans être lue")
        ContributionFactory.create(phase=phase, title="De l’équipe")
    shown = client.get(address("moderation", phase)).content.decode()
    assert "À lire d’abord" in shown
    assert "Parue sans être lue" in shown
    assert "De l’équipe" not in shown
    everything = client.get(address("moderation_all", phase)).content.decode()
    assert "De l’équipe" in everything
    assert "Un brouillon" not in everything


def test_what_looks_personal_is_marked_and_hostile_words_are_only_words(phase):
    client, _person = member_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    contribution = waiting(
        phase, author, title=HOSTILE, text=f"Appelez-moi au 06 12 34 56 78. {HOSTILE}"
    )
    shown = client.get(address("moderated", phase, contribution.pk)).content.decode()
    assert "<mark>06 12 34 56 78" in shown
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in client.get(address("moderation", phase)).content.decode()


def test_several_are_published_after_a_preview(phase):
    client, person = member_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    several = [waiting(phase, author) for _rank in range(3)]
    ticked = [f"{one.pk}:{seen(one)}" for one in several]
    preview = client.post(address("moderation_bulk", phase), {"contribution": ticked})
    assert "3 contributions seront publiées" in preview.content.decode()
    assert stored(several[0]).state == ContributionState.WAITING
    # Somebody refuses one of them meanwhile: it is left as it is.
    other = PersonFactory.create()
    with scopes_disabled():
        moderating.decide(
            contribution=several[1],
            state=ContributionState.REFUSED,
            seen=seen(several[1]),
            by=other,
            reason=ModerationReason.ABUSE,
        )
    client.post(address("moderation_bulk", phase), {"contribution": ticked, "confirm": "1"})
    assert [stored(one).state for one in several] == ["published", "refused", "published"]
    with scopes_disabled():
        assert Notice.objects.filter(kind=NoticeKind.PUBLISHED).count() == 2
        assert (
            Entry.objects.filter(action="contribution.published", actor_id=person.pk).count() == 2
        )


@pytest.mark.parametrize(
    "ticked", [[], ["x"], ["9" * 30 + ":waiting.1.0"], ["²:"], ["-1:waiting.1.0"], ["\x00:"]]
)
def test_nothing_sensible_ticked_publishes_nothing(phase, ticked):
    client, _person = member_of(phase.consultation)
    response = client.post(
        address("moderation_bulk", phase), {"contribution": ticked, "confirm": "1"}
    )
    assert response.status_code == 302


# --- A decision


def test_a_refusal_gives_a_reason_of_the_charter_and_the_author_reads_it(phase):
    client, _person = member_of(phase.consultation)
    browser, author = citizen_of(phase.consultation)
    contribution = waiting(phase, author)
    again = post(client, phase, contribution, "refused")
    assert again.status_code == 422
    assert stored(contribution).state == ContributionState.WAITING
    post(client, phase, contribution, "refused", reason="abuse", words=HOSTILE)
    assert stored(contribution).state == ContributionState.REFUSED
    shown = browser.get(own(phase, contribution)).content.decode()
    assert "Injure, menace ou attaque" in shown
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown
    with scopes_disabled():
        assert Notice.objects.get(participant=author).kind == NoticeKind.REFUSED
        entry = Entry.objects.get(action="contribution.refused")
    assert HOSTILE not in str(entry.details)


def test_a_refusal_is_undone_by_publishing(phase):
    client, _person = member_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    contribution = waiting(phase, author)
    post(client, phase, contribution, "refused", reason="off_topic")
    post(client, phase, contribution, "published")
    assert stored(contribution).state == ContributionState.PUBLISHED
    assert stored(contribution).published_at is not None
    assert acts(contribution) == ["refused", "published"]


def test_the_second_of_two_moderators_reads_what_the_first_did(phase):
    first, person = member_of(phase.consultation)
    second, _other = member_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    contribution = waiting(phase, author)
    before = seen(contribution)
    post(first, phase, contribution, "refused", reason="off_topic")
    late = second.post(
        address("moderation_decide", phase, contribution.pk),
        {"decision": "published", "seen": before},
        follow=True,
    )
    assert f"{person} a décidé" in late.content.decode()
    assert acts(contribution) == ["refused"]


def test_a_text_changed_meanwhile_is_read_again(phase):
    client, _person = member_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    contribution = waiting(phase, author)
    before = seen(contribution)
    with scopes_disabled():
        Contribution.objects.filter(pk=contribution.pk).update(text="Autre", revision=2)
    late = client.post(
        address("moderation_decide", phase, contribution.pk),
        {"decision": "published", "seen": before},
        follow=True,
    )
    assert "modifiée entre-temps" in late.content.decode()
    assert stored(contribution).state == ContributionState.WAITING


def test_the_same_click_twice_decides_once(phase):
    client, _person = member_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    contribution = waiting(phase, author)
    before = seen(contribution)
    for _click in range(2):
        client.post(
            address("moderation_decide", phase, contribution.pk),
            {"decision": "published", "seen": before},
        )
    assert acts(contribution) == ["published"]


def test_refusing_an_argument_counts_the_replies_again(phase):
    client, _person = member_of(phase.consultation)
    with scopes_disabled():
        idea = ContributionFactory.create(phase=phase)
        comment = ContributionFactory.create(
            phase=phase, kind=ContributionKind.COMMENT, parent=idea, title=""
        )
    post(client, phase, comment, "published")
    assert stored(idea).reply_count == 1
    post(client, phase, comment, "refused", reason="abuse")
    assert stored(idea).reply_count == 0


@pytest.mark.parametrize("decision", ["", "withdrawn", "draft", "\x00", "é" * 300])
def test_a_decision_that_is_none_is_refused(phase, decision):
    client, _person = member_of(phase.consultation)
    contribution = waiting(phase, None)
    response = client.post(
        address("moderation_decide", phase, contribution.pk),
        {"decision": decision, "seen": seen(contribution)},
    )
    assert response.status_code == 422
    assert stored(contribution).state == ContributionState.WAITING


# --- Appeals


def test_an_appeal_is_decided_by_somebody_else(phase):
    client, person = member_of(phase.consultation)
    other, _somebody = member_of(phase.consultation)
    browser, author = citizen_of(phase.consultation)
    contribution = refused(phase, author, person)
    response = browser.post(own(phase, contribution), {"words": "C’est bien le sujet."})
    assert response.status_code == 303
    assert stored(contribution).state == ContributionState.APPEALED
    mine = client.get(address("moderated", phase, contribution.pk)).content.decode()
    assert "une autre personne tranche ce recours" in mine
    late = post(client, phase, contribution, "published")
    assert "une autre personne tranche ce recours" in late.content.decode()
    assert stored(contribution).state == ContributionState.APPEALED
    post(other, phase, contribution, "published", words="Vous aviez raison.")
    assert stored(contribution).state == ContributionState.PUBLISHED
    assert acts(contribution) == ["refused", "appealed", "reversed"]
    with scopes_disabled():
        assert Notice.objects.filter(participant=author, kind=NoticeKind.APPEAL_DECIDED).exists()
        figures = charter_figures(phase.consultation)
    assert (figures.refused, figures.appealed, figures.reversed) == (1, 1, 1)
    page = browser.get(reverse("consultations:charter", args=[phase.consultation.code]))
    assert "Hors du sujet" in page.content.decode()


def test_a_refusal_maintained_is_not_contested_again(phase):
    _client, person = member_of(phase.consultation)
    other, _somebody = coordinator_of(phase.consultation)
    browser, author = citizen_of(phase.consultation)
    contribution = refused(phase, author, person)
    for _click in range(2):
        browser.post(own(phase, contribution), {"words": "Relisez, s’il vous plaît."})
    assert acts(contribution) == ["refused", "appealed"]
    post(other, phase, contribution, "refused")
    assert acts(contribution) == ["refused", "appealed", "upheld"]
    browser.post(own(phase, contribution), {"words": "Encore."})
    assert stored(contribution).state == ContributionState.REFUSED
    assert "Contester ce refus" not in browser.get(own(phase, contribution)).content.decode()


def test_an_appeal_says_why_and_belongs_to_the_author(phase):
    _client, person = member_of(phase.consultation)
    browser, author = citizen_of(phase.consultation)
    stranger, _somebody = citizen_of(phase.consultation)
    contribution = refused(phase, author, person)
    assert browser.post(own(phase, contribution), {"words": "  "}).status_code == 422
    assert browser.post(own(phase, contribution), {"words": "\x00"}).status_code == 422
    assert browser.post(own(phase, contribution), {"words": "x" * 2_000}).status_code == 422
    assert stranger.get(own(phase, contribution)).status_code == 404
    assert stranger.post(own(phase, contribution), {"words": "Moi."}).status_code == 404
    assert stored(contribution).state == ContributionState.REFUSED


def test_no_appeal_once_the_result_is_published(phase):
    _client, person = member_of(phase.consultation)
    browser, author = citizen_of(phase.consultation)
    contribution = refused(phase, author, person)
    with scopes_disabled():
        now = phase.opens_at
        Consultation.objects.filter(pk=phase.consultation_id).update(
            state=ConsultationState.PUBLISHED, closed_at=now, published_at=now
        )
    browser.post(own(phase, contribution), {"words": "Trop tard."})
    assert stored(contribution).state == ContributionState.REFUSED


# --- Reports


def test_a_report_brings_a_contribution_back_to_the_queue_until_it_is_read(phase):
    client, _person = member_of(phase.consultation)
    browser, _author = citizen_of(phase.consultation)
    with scopes_disabled():
        idea = ContributionFactory.create(phase=phase, title="Signalez-moi")
    assert "Signalez-moi" not in client.get(address("moderation", phase)).content.decode()
    assert browser.post(own(phase, idea, "report"), {}).status_code == 422
    for _click in range(2):
        answer = browser.post(own(phase, idea, "report"), {"reason": "hate"})
        assert answer.status_code == 303
    with scopes_disabled():
        assert Report.objects.count() == 1
    assert "Signalez-moi" in client.get(address("moderation", phase)).content.decode()
    assert "haineux" in client.get(address("moderated", phase, idea.pk)).content.decode()
    post(client, phase, idea, "published")
    assert "Signalez-moi" not in client.get(address("moderation", phase)).content.decode()
    with scopes_disabled():
        assert not Notice.objects.exists()


# --- Who may


def test_another_role_does_not_moderate_and_another_team_sees_nothing(phase):
    contribution = waiting(phase, None)
    paper, _person = member_of(phase.consultation, TeamRole.PAPER)
    stranger, _other = member_of(running_phase().consultation)
    neighbour, _coordinator = coordinator_of(running_phase().consultation)
    for name, more in [("moderation", ()), ("moderated", (contribution.pk,))]:
        assert paper.get(address(name, phase, *more)).status_code == 403
        assert stranger.get(address(name, phase, *more)).status_code == 404
        assert neighbour.get(address(name, phase, *more)).status_code == 404
    assert post(paper, phase, contribution, "published").status_code == 403
    assert post(stranger, phase, contribution, "published").status_code == 404
    assert stored(contribution).state == ContributionState.WAITING


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_numbers_that_no_database_holds_are_absent(phase, number):
    client, _person = coordinator_of(phase.consultation)
    browser, _who = citizen_of(phase.consultation)
    for name in ("moderated", "merge", "split"):
        assert client.get(address(name, phase, number)).status_code == 404
    assert client.get(reverse("consultations:moderation", args=[number])).status_code == 404
    assert client.get(reverse("consultations:members", args=[number])).status_code == 404
    code = phase.consultation.code
    for name in ("appeal", "report"):
        path = reverse(f"consultations:{name}", args=[code, phase.position, number])
        assert browser.get(path).status_code == 404
    answer = reverse("consultations:answer_move", args=[code, number])
    assert browser.post(answer, {"answer": "yes"}).status_code in (303, 404)


# --- Races


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_the_same_instant():
    needs_a_server()
    phase = running_phase()
    contribution = waiting(phase, None)
    before = seen(contribution)
    one, other = PersonFactory.create(), PersonFactory.create()

    def decide(by, state):
        moderating.decide(
            contribution=contribution,
            state=state,
            seen=before,
            by=by,
            reason=ModerationReason.ABUSE,
        )

    raised = at_once(
        lambda: decide(one, ContributionState.REFUSED),
        lambda: decide(other, ContributionState.PUBLISHED),
    )
    assert isinstance(raised, Conflict)
    assert str(one) in raised.message
    assert acts(contribution) == [ModerationAct.REFUSED]


@pytest.mark.django_db(transaction=True)
def test_an_appeal_sent_twice_at_once_is_one():
    needs_a_server()
    phase = running_phase()
    _client, person = member_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    contribution = refused(phase, author, person)

    def contest():
        moderating.appeal(contribution=contribution, author=author, words="Non.")

    assert at_once(contest, contest) is None
    assert acts(contribution) == ["refused", "appealed"]


def test_who_refused_cannot_decide_by_the_operation_either(phase):
    _client, person = coordinator_of(phase.consultation)
    _browser, author = citizen_of(phase.consultation)
    contribution = refused(phase, author, person)
    with scopes_disabled():
        moderating.appeal(contribution=contribution, author=author, words="Relisez.")
        with pytest.raises(Conflict, match="autre personne"):
            moderating.decide(
                contribution=contribution,
                state=ContributionState.PUBLISHED,
                seen=seen(contribution),
                by=person,
            )
        with pytest.raises(Refusal):
            moderating.decide(
                contribution=contribution,
                state=ContributionState.WITHDRAWN,
                seen=seen(contribution),
                by=person,
            )
