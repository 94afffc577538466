"""The digest, and what is destroyed when a result can no longer be contested."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.consultations import keys
from parvis.consultations.enums import Admission, ConsultationState, NoticeKind, Proof
from parvis.consultations.models import (
    Consultation,
    MailProof,
    Notice,
    Participant,
    ParticipantAccess,
    Phase,
    RollEntry,
)
from parvis.consultations.operations import digests
from parvis.consultations.operations.forgetting import forget_again, forget_people
from parvis.consultations.operations.notices import tell
from parvis.consultations.tasks.calendar import forget_ended, send_weekly_digests
from parvis.consultations.tests.factories import ContributionFactory, running_phase, with_access
from parvis.consultations.tests.visitors import Visitor, links_sent
from parvis.foundation import erasures
from parvis.foundation.models import Erasure, OutgoingMail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]


@pytest.fixture(autouse=True)
def _no_scope(settings: LazySettings):
    settings.PUBLIC_ADDRESS = "https://parvis.exemple.fr"
    with scopes_disabled():
        yield


def follower(phase: Phase) -> tuple[Participant, Visitor]:
    """Somebody who asked for the digest, and confirmed."""
    person, secret = with_access(phase.consultation)
    visitor = Visitor(phase.consultation, secret)
    asked = visitor.post(
        "ask_digest", **visitor.shown("own", "suivi"), **{"suivi-email": "Claire@Exemple.fr"}
    )
    assert asked.status_code == 302
    link = links_sent(phase.consultation)[-1]
    assert visitor.client.get(link).status_code == 200
    person.refresh_from_db()
    assert person.mail_confirmed_at is None
    visitor.client.post(link)
    person.refresh_from_db()
    assert person.mail == "claire@exemple.fr"
    assert person.mail_confirmed_at is not None
    return person, visitor


def mails() -> list[OutgoingMail]:
    sent = OutgoingMail.objects.filter(key__startswith="consultation digest ").order_by("pk")
    return list(sent.exclude(key__contains=" confirm "))


def test_one_mail_groups_what_happened_and_never_comes_twice():
    phase = running_phase()
    person, _visitor = follower(phase)
    ideas = [ContributionFactory.create(phase=phase, title=f"Banc {rank}") for rank in range(2)]
    for idea in ideas:
        for _again in range(2):
            tell([person], kind=NoticeKind.PUBLISHED, key=f"p:{idea.pk}", contribution=idea)
    tell([person], kind=NoticeKind.PHASE_OPENS, key="o:1", phase=phase)
    now = timezone.now()
    assert digests.send_digests(now) == 1
    assert digests.send_digests(now) == 0
    # What comes later in the week waits for the next one, and is not lost.
    tell([person], kind=NoticeKind.REFUSED, key="r:1", contribution=ideas[0])
    assert digests.send_digests(now) == 0
    assert Notice.objects.filter(sent_at__isnull=True).count() == 1
    assert digests.send_digests(now + timedelta(days=7)) == 1
    first, second = mails()
    assert first.body.count("Votre contribution est publiée") == 1
    assert "– Banc 0" in first.body
    assert "– Banc 1" in first.body
    assert phase.title in first.body
    assert f"https://parvis.exemple.fr/participer/{phase.consultation.code}/moi/" in first.body
    assert "n’est pas publiée" in second.body


def test_nothing_leaves_before_the_address_is_confirmed_nor_after_it_is_taken_back():
    phase = running_phase()
    person, secret = with_access(phase.consultation)
    visitor = Visitor(phase.consultation, secret)
    visitor.post("ask_digest", **visitor.shown("own", "suivi"), **{"suivi-email": "c@exemple.fr"})
    tell([person], kind=NoticeKind.PHASE_OPENS, key="o:1", phase=phase)
    assert digests.send_digests(timezone.now()) == 0
    visitor.client.post(links_sent(phase.consultation)[-1])
    # Told before the confirmation: read on the page.
    assert digests.send_digests(timezone.now()) == 0
    tell([person], kind=NoticeKind.PHASE_OPENS, key="o:2", phase=phase)
    assert digests.send_digests(timezone.now()) == 1
    away = [link for link in links_sent(phase.consultation) if "/moi/" not in link]
    link = next(
        word.removeprefix("https://parvis.exemple.fr")
        for word in mails()[-1].body.split()
        if "/desabonner/" in word
    )
    assert away
    stranger = Visitor(phase.consultation)
    assert stranger.client.get(link).status_code == 200
    person.refresh_from_db()
    assert person.mail
    for _press in range(2):
        assert stranger.client.post(link).status_code == 302
    person.refresh_from_db()
    assert (person.mail, person.wants_digest) == ("", False)
    tell([person], kind=NoticeKind.PHASE_OPENS, key="o:3", phase=phase)
    assert digests.send_digests(timezone.now() + timedelta(days=7)) == 0


@pytest.mark.parametrize("name", ["confirm", "unsubscribe"])
@pytest.mark.parametrize("token", ["x", "x:y:z", "é", "WzEsMl0:1:abc"])
def test_forged_links_of_digests_are_refused(name: str, token: str):
    visitor = Visitor(running_phase().consultation)
    for answer in (visitor.get(name, token), visitor.post(name, token)):
        assert answer.status_code == 409


def test_addresses_that_nobody_confirms_leave():
    phase = running_phase()
    person, _secret = with_access(phase.consultation)
    Participant.objects.filter(pk=person.pk).update(
        mail="c@exemple.fr", mail_asked_on=timezone.localdate() - timedelta(days=8)
    )
    assert digests.forget_unconfirmed(timezone.now(), True) == 1
    digests.forget_unconfirmed(timezone.now(), False)
    person.refresh_from_db()
    assert person.mail == ""


def test_what_an_election_holds_back_waits(monkeypatch: pytest.MonkeyPatch):
    phase = running_phase()
    person, _visitor = follower(phase)
    monkeypatch.setattr(digests, "embargo_of", lambda body: object())
    for kind in (NoticeKind.ANSWERED, NoticeKind.MILESTONE, NoticeKind.RESULT):
        tell([person], kind=kind, key=f"{kind}:1")
    assert digests.send_digests(timezone.now()) == 0
    tell([person], kind=NoticeKind.PHASE_OPENS, key="o:1", phase=phase)
    assert digests.send_digests(timezone.now()) == 1
    assert "réponse officielle" not in mails()[0].body
    monkeypatch.setattr(digests, "embargo_of", lambda body: None)
    assert digests.send_digests(timezone.now() + timedelta(days=7)) == 1
    assert "réponse officielle" in mails()[1].body


def test_digests_leave_on_their_day(settings: LazySettings):
    phase = running_phase()
    person, _visitor = follower(phase)
    tell([person], kind=NoticeKind.PHASE_OPENS, key="o:1", phase=phase)
    settings.DIGEST_WEEKDAY = timezone.localtime().isoweekday() % 7 + 1
    assert send_weekly_digests.call() == 0


def ended(*, days_ago: int) -> tuple[Consultation, Participant]:
    """A published consultation whose appeal lasts fifteen days, and somebody verified in it."""
    phase = running_phase(admission=Admission.VERIFIED, proofs=[Proof.MAIL])
    visitor = Visitor(phase.consultation)
    visitor.ask_link("claire@exemple.fr")
    visitor.client.post(links_sent(phase.consultation)[-1])
    at = timezone.now() - timedelta(days=days_ago)
    Consultation.objects.filter(pk=phase.consultation_id).update(
        state=ConsultationState.PUBLISHED, closed_at=at, published_at=at, appeal_days=15
    )
    RollEntry.objects.create(
        organisation_id=phase.organisation_id,
        consultation=phase.consultation,
        identity="x",
        numbered_identity="y",
    )
    person = Participant.objects.get(consultation=phase.consultation)
    Participant.objects.filter(pk=person.pk).update(display_name="Claire", mail="c@exemple.fr")
    return Consultation.objects.get(pk=phase.consultation_id), person


def test_nothing_is_forgotten_before_the_end_of_the_appeal():
    consultation, _person = ended(days_ago=14)
    assert not forget_people(consultation=consultation)
    assert keys.are_held(consultation)


def assert_forgotten(consultation: Consultation, person: Participant, identity: str) -> None:
    row = Participant.objects.get(pk=person.pk)
    assert row.identity != identity
    assert (row.mail, row.display_name) == ("", "")
    for table in (MailProof, RollEntry):
        assert not table.objects.filter(consultation=consultation).exists()
    assert not ParticipantAccess.objects.filter(participant=row).exists()
    assert not OutgoingMail.objects.filter(key__startswith="consultation entrance ").exists()


@pytest.mark.django_db(transaction=True)
def test_all_that_recognised_people_is_destroyed_for_good():
    consultation, person = ended(days_ago=16)
    identity = person.identity
    assert forget_ended.call() == 1
    assert_forgotten(consultation, person, identity)
    assert not keys.are_held(consultation)
    assert forget_ended.call() == 0
    assert Erasure.objects.filter(kind="consultations.Consultation").count() == 1

    # A backup from before it, put back: the key is nowhere, the rest leaves again.
    Participant.objects.filter(pk=person.pk).update(identity=identity, mail="c@exemple.fr")
    Consultation.objects.filter(pk=consultation.pk).update(key_destroyed_at=None)
    erasures.replay()
    assert_forgotten(consultation, person, identity)
    assert Consultation.objects.get(pk=consultation.pk).key_destroyed_at is not None


def test_a_consultation_whose_key_is_held_is_not_another_one():
    """Numbers are given again after a restore: the list of erasures must not hit the new one."""
    consultation, person = ended(days_ago=1)
    forget_again(consultation.pk)
    assert Participant.objects.get(pk=person.pk).identity == person.identity
