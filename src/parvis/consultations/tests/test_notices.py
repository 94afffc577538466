"""From an idea to the decision: a merge, a split, their undoing, the answer are told to each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import NoticeKind
from parvis.consultations.models import Consultation, Contribution, Notice, Participant, Phase
from parvis.consultations.operations import digests
from parvis.consultations.operations.answering import AnswerContent, answer
from parvis.consultations.operations.closing import close_consultation
from parvis.consultations.operations.merging import Part, answer_move, merge, restore, split
from parvis.consultations.operations.milestones import MilestoneContent, save_milestone
from parvis.consultations.tests.factories import (
    ContributionFactory,
    closed,
    running_phase,
    with_access,
)
from parvis.consultations.tests.moderators import stored, supported
from parvis.consultations.tests.visitors import Visitor
from parvis.foundation.models import MailState, OutgoingMail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture(autouse=True)
def _address(settings: LazySettings) -> None:
    settings.PUBLIC_ADDRESS = "https://parvis.exemple.fr"


@pytest.fixture
def phase() -> Phase:
    return running_phase()


@pytest.fixture
def by():
    return PersonFactory.create()


class Reader:
    """Somebody who takes part and has a digest: what their page and their mails say."""

    def __init__(self, phase: Phase, language: str = "fr") -> None:
        self.person, secret = with_access(phase.consultation)
        self.visitor = Visitor(phase.consultation, secret)
        self.weeks = 0
        Participant.objects.filter(pk=self.person.pk).update(
            # Two people of one household may give one address.
            mail="maison@exemple.fr",
            mail_confirmed_at=timezone.now() - timedelta(days=1),
            wants_digest=True,
            language=language,
        )

    def page(self) -> str:
        news = self.visitor.get("own").content.decode().split('id="nouvelles"')[1]
        return plain(news.split('aria-labelledby="textes"')[0])

    def digest(self) -> str:
        """The digest of a new week; empty when there is none."""
        self.weeks += 1
        digests.send_digests(timezone.now() + timedelta(days=7 * self.weeks))
        key = f"consultation digest {self.person.consultation_id} {self.person.pk} "
        mail = OutgoingMail.objects.filter(key__startswith=key).order_by("pk").last()
        if mail is None:
            return ""
        body = plain(mail.body)
        mail.delete()
        return body

    def answers(self, source: Contribution, *, yes: bool) -> None:
        for move in self.person.moves.filter(source=source):
            answer_move(participant=self.person, pk=move.pk, accepts=yes)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("&#x27;", "’")


def idea(phase: Phase, title: str, author: Reader | None = None) -> Contribution:
    made: Contribution = ContributionFactory.create(
        phase=phase, title=title, author=author.person if author else None
    )
    return made


def path(one: Contribution) -> str:
    return f"/participer/{one.phase.consultation.code}/{one.phase.position}/idees/{one.number}/"


def test_a_merge_is_told_with_where_the_idea_lives_on_and_ones_own_support(phase, by):
    author, asked, both, other = (Reader(phase) for _rank in range(4))
    bench, place = idea(phase, "Un banc", author), idea(phase, "Une place plantée")
    supported(bench, asked.person, both.person)
    supported(place, both.person, other.person)
    merge(phase=phase, sources=[bench.pk], target=place.pk, by=by)
    where = "« Un banc » vit désormais dans « Une place plantée »."

    for said in (author.page(), author.digest()):
        assert "Votre contribution est réunie avec d’autres" in said
        assert where in said
        assert path(place) in said
        # They support nothing: nothing is said of supports, theirs or others'.
        assert "soutien" not in said.lower()
        assert "/accords/" not in said

    for said in (both.page(), both.digest()):
        assert "Une idée qui compte pour vous est réunie à une autre" in said
        assert f"{where} Votre soutien y compte." in said
        assert path(place) in said

    for said in (asked.page(), asked.digest()):
        assert "Votre accord est demandé" in said
        assert f"{where} Un soutien ne bouge pas sans votre accord" in said
        assert path(place) in said
        assert "Dire si votre soutien suit" in said
    assert not Notice.objects.filter(participant=other.person).exists()
    assert not other.digest()


@pytest.mark.parametrize(
    ("yes", "words"),
    [
        (True, "Votre soutien y compte."),
        (False, "Votre soutien n’a pas suivi, comme vous l’avez demandé."),
    ],
)
def test_a_question_answered_before_the_digest_tells_what_became_of_the_support(
    phase, by, yes, words
):
    reader = Reader(phase)
    bench, place = idea(phase, "Un banc"), idea(phase, "Une place plantée")
    supported(bench, reader.person)
    merge(phase=phase, sources=[bench.pk], target=place.pk, by=by)
    reader.answers(bench, yes=yes)
    for said in (reader.page(), reader.digest()):
        assert "Votre accord est demandé" not in said
        assert "réunie à une autre" in said
        assert words in said


def test_a_split_is_told_with_its_parts(phase, by):
    author, asked = Reader(phase), Reader(phase)
    bench = idea(phase, "Un banc et des arbres", author)
    supported(bench, asked.person)
    made = split(contribution=bench, parts=[Part("Un banc", ""), Part("Des arbres", "")], by=by)
    where = "« Un banc et des arbres » est devenue plusieurs idées : « Un banc », « Des arbres »."
    assert "Votre contribution est scindée" in author.page()
    assert where in author.digest()
    page = asked.page()
    assert page.count("Votre accord est demandé") == 1
    assert where in page
    for part in made:
        assert path(part) in page
    first = asked.person.moves.get(target=made[0])
    answer_move(participant=asked.person, pk=first.pk, accepts=True)
    said = asked.page()
    assert "Votre soutien compte pour « Un banc ». Un soutien ne bouge pas" in said
    asked.answers(bench, yes=False)
    assert "Votre soutien n’a pas suivi" in asked.page()


def test_what_is_undone_is_told_as_it_is_and_asked_again_when_it_is_done_again(phase, by):
    author, asked = Reader(phase), Reader(phase)
    bench, place = idea(phase, "Un banc", author), idea(phase, "Une place plantée")
    supported(bench, asked.person)
    merge(phase=phase, sources=[bench.pk], target=place.pk, by=by)
    asked.answers(bench, yes=True)
    restore(contribution=stored(bench), by=by)
    for reader, heading in (
        (author, "Votre contribution est rétablie"),
        (asked, "Une idée qui compte pour vous est rétablie"),
    ):
        for said in (reader.page(), reader.digest()):
            assert heading in said
            assert "« Un banc » est de nouveau une idée à part entière." in said
            assert path(bench) in said
            # The merge that is no more, of which nobody read yet, is not told.
            assert "désormais" not in said
            assert ("Votre soutien y compte." in said) == (reader is asked)
    merge(phase=phase, sources=[bench.pk], target=place.pk, by=by)
    assert "Votre accord est demandé" in asked.digest()
    assert "Votre contribution est réunie" in author.digest()


def test_only_what_was_undone_sends_no_digest(phase, by):
    reader = Reader(phase)
    bench, place = idea(phase, "Un banc"), idea(phase, "Une place plantée")
    supported(bench, reader.person)
    merge(phase=phase, sources=[bench.pk], target=place.pk, by=by)
    Notice.objects.filter(kind=NoticeKind.RESTORED).delete()
    restore(contribution=stored(bench), by=by)
    Notice.objects.filter(kind=NoticeKind.RESTORED).delete()
    assert not reader.digest()
    assert not Notice.objects.filter(sent_at__isnull=True).exists()


def test_the_answer_and_the_milestone_reach_who_supported_what_was_merged_and_split(phase, by):
    """From the idea to the decision, through a split and two merges."""
    moved, silent, part_of = Reader(phase), Reader(phase), Reader(phase)
    first, second, last = (idea(phase, title) for title in ("Un banc", "Deux bancs", "La place"))
    supported(first, moved.person, silent.person)
    whole = idea(phase, "Une place et un bus")
    supported(whole, part_of.person)
    place, _bus = split(
        contribution=whole, parts=[Part("Une place", ""), Part("Un bus", "")], by=by
    )
    merge(phase=phase, sources=[first.pk], target=second.pk, by=by)
    moved.answers(first, yes=True)
    merge(phase=phase, sources=[second.pk, place.pk], target=last.pk, by=by)
    for source in (first, second):
        moved.answers(source, yes=True)
    answer(contribution=last, content=AnswerContent("retained", "Oui."), by=by, revision=None)
    today = timezone.localdate()
    save_milestone(
        consultation=phase.consultation,
        content=MilestoneContent(title="Fait", due_on=today, reached_on=today, contribution=last),
        by=by,
    )
    for reader in (moved, silent, part_of):
        for said in (reader.page(), reader.digest()):
            assert "Une réponse officielle est publiée" in said
            assert "Un jalon est atteint" in said
            assert path(last) in said
    assert "« Deux bancs » vit désormais dans « La place ». Votre soutien y compte." in moved.page()


def test_a_notice_is_read_in_its_reader_s_language(phase, by):
    reader = Reader(phase, language="en")
    bench, place = idea(phase, "Bench", reader), idea(phase, "Square")
    supported(bench, reader.person)
    Contribution.objects.filter(pk=place.pk).update(translations={"en": {"title": "Green square"}})
    merge(phase=phase, sources=[bench.pk], target=place.pk, by=by)
    said = reader.digest()
    assert "“Bench” now lives on in “Green square”." in said
    assert "«" not in said
    assert " :" not in said


def test_hostile_titles_are_escaped_and_make_no_line_of_a_mail(phase, by):
    author = Reader(phase)
    bench = idea(phase, "<script>alert(1)</script>\nSubject: x", author)
    place = idea(phase, "Une place %(idea)s {{ 7 }}")
    merge(phase=phase, sources=[bench.pk], target=place.pk, by=by)
    assert "<script>" not in author.page()
    assert "\nSubject: x" not in author.digest()


def test_no_notice_that_a_support_brought_outlives_the_supports(phase, by):
    """Not even where its reader writes, later, something that is merged into the same idea."""
    author, asked, both = (Reader(phase) for _rank in range(3))
    bench, place = idea(phase, "Un banc", author), idea(phase, "Une place plantée")
    supported(bench, asked.person, both.person)
    supported(place, both.person)
    merge(phase=phase, sources=[bench.pk], target=place.pk, by=by)
    answer(contribution=place, content=AnswerContent("studied", "On voit."), by=by, revision=None)
    own = idea(phase, "Une autre place", both)
    merge(phase=phase, sources=[own.pk], target=place.pk, by=by)
    kinds = list(Notice.objects.filter(participant=both.person).values_list("kind", flat=True))
    assert sorted(kinds) == ["answered", "merged", "merged"]
    both.digest()
    key = f"consultation digest {phase.consultation_id} {asked.person.pk} 2026-01"
    OutgoingMail.objects.create(
        key=key, message_id=key, to="maison@exemple.fr", subject="x", body="Votre soutien",
        language="fr", state=MailState.FAILED, settled_at=timezone.now(),
    )  # fmt: skip
    closed(phase)
    close_consultation(consultation=Consultation.objects.get(pk=phase.consultation_id))
    assert not Notice.objects.filter(participant=asked.person).exists()
    left = Notice.objects.get(participant=both.person)
    assert (left.kind, left.contribution_id) == (NoticeKind.MERGED, own.pk)
    told = Notice.objects.filter(participant=author.person).values_list("kind", flat=True)
    assert sorted(told) == ["answered", "merged"]
    assert not OutgoingMail.objects.filter(key=key).exists()
    page = author.page()
    assert "« Un banc » vit désormais dans « Une place plantée »." in page
    assert "soutien" not in page.lower()
