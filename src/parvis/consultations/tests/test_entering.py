"""Being verified once: links, codes, the roll; what is forged, replayed, guessed or closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations import keys
from parvis.consultations.enums import Admission, ConsultationState, Proof
from parvis.consultations.forms import entering
from parvis.consultations.models import (
    Consultation,
    EntryTry,
    MailProof,
    Participant,
    ParticipantAccess,
    PrintedCode,
)
from parvis.consultations.operations import trying
from parvis.consultations.operations.digests import (
    ask_for_digest,
    forget_unconfirmed,
    unsubscribe,
)
from parvis.consultations.operations.leaving import erase
from parvis.consultations.operations.printing import (
    cancel_batch,
    codes_of,
    register_codes,
)
from parvis.consultations.operations.rolls import import_roll
from parvis.consultations.personal_data.people import forget_addresses, forget_links
from parvis.consultations.tests.factories import participant, running_phase
from parvis.consultations.tests.visitors import Visitor, links_sent
from parvis.foundation import keys_apart
from parvis.foundation.drawn_codes import new_seed, read_seed
from parvis.foundation.mail import deliver_due
from parvis.foundation.models import MailState, OutgoingMail

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_once"),
    pytest.mark.usefixtures("without_scope"),
]


def consultation(*proofs: str) -> Consultation:
    return running_phase(admission=Admission.VERIFIED, proofs=list(proofs)).consultation


# --- Links by mail -------------------------------------------------------------------------------


def test_a_link_admits_by_its_button_once():
    asked = consultation(Proof.MAIL)
    visitor = Visitor(asked)
    answer = visitor.ask_link("Claire.Petit@Exemple.fr", etape="1")
    assert answer.status_code == 302
    assert "Regardez votre courrier" in visitor.client.get(answer.url).content.decode()
    (link,) = links_sent(asked)
    assert link.endswith("?etape=1")

    # A scanner of mails that reads the page takes nothing.
    for _rank in range(3):
        assert "Entrer" in visitor.client.get(link).content.decode()
    assert not Participant.objects.exists()

    entered = visitor.client.post(link)
    assert entered.url == f"/participer/{asked.code}/1/"
    (person,) = Participant.objects.all()
    assert (person.proof, person.mail) == (Proof.MAIL, "")
    assert visitor.is_in()

    replayed = Visitor(asked).client.post(link)
    assert replayed.status_code == 409
    assert "déjà servi" in replayed.content.decode()
    assert Participant.objects.count() == ParticipantAccess.objects.count() == 1


def test_the_same_address_is_the_same_person_on_another_device():
    asked = consultation(Proof.MAIL)
    for address in ("claire@exemple.fr", " CLAIRE@exemple.fr "):
        visitor = Visitor(asked)
        visitor.ask_link(address)
        visitor.client.post(links_sent(asked)[-1])
    assert Participant.objects.count() == 1
    assert ParticipantAccess.objects.count() == 2


def test_the_answer_does_not_tell_who_took_part():
    asked = consultation(Proof.MAIL)
    visitor = Visitor(asked)
    visitor.ask_link("claire@exemple.fr")
    visitor.client.post(links_sent(asked)[-1])

    def told(address: str) -> tuple[int, str]:
        other = Visitor(asked)
        answer = other.ask_link(address)
        return answer.status_code, other.client.get(answer.url).content.decode().split("<main")[1]

    assert told("claire@exemple.fr") == told("inconnue@exemple.fr")


@pytest.mark.parametrize("spoilt", ["x" * 43, "", "a/b", "%00", "é" * 10])
def test_a_forged_link_is_refused(spoilt: str):
    asked = consultation(Proof.MAIL)
    answer = Visitor(asked).client.post(f"/participer/{asked.code}/lien/{spoilt}/")
    assert answer.status_code in (404, 409)
    assert not Participant.objects.exists()


def test_a_link_of_another_consultation_and_an_old_one_are_refused():
    asked, other = consultation(Proof.MAIL), consultation(Proof.MAIL)
    visitor = Visitor(asked)
    visitor.ask_link("claire@exemple.fr")
    (link,) = links_sent(asked)
    elsewhere = visitor.client.post(link.replace(asked.code, other.code))
    assert "n’est pas de cette consultation" in elsewhere.content.decode()
    MailProof.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (visitor.client.get(link), visitor.client.post(link)):
        assert answer.status_code == 409
        assert "plus de deux jours" in answer.content.decode()
    assert not Participant.objects.exists()


def test_neither_the_address_nor_its_link_is_kept():
    asked = consultation(Proof.MAIL)
    visitor = Visitor(asked)
    visitor.ask_link("claire@exemple.fr")
    (link,) = links_sent(asked)
    proof = MailProof.objects.get()
    secret = link.split("/lien/")[1].split("/")[0]
    assert secret not in (proof.secret_hash, proof.sealed_identity)
    assert "claire" not in str(vars(proof))
    assert (proof.expires_at.minute, proof.expires_at.second) == (0, 0)


def test_no_order_of_links_and_mails_ties_an_address_to_a_participant():
    """Links lie in the order of the mails that they went with, participants in that of entering."""
    asked = consultation(Proof.MAIL)
    addresses = [f"personne{rank}@exemple.fr" for rank in range(5)]
    for address in addresses:
        Visitor(asked).ask_link(address)
    identities = {keys.identity(asked, Proof.MAIL, address) for address in addresses}
    # One asks twice, and uses the second link: the first is left.
    Visitor(asked).ask_link(addresses[0])
    links = links_sent(asked)[1:]
    waiting = list(MailProof.objects.values())
    assert len(waiting) == 6
    assert not identities & {str(value) for row in waiting for value in row.values()}
    # The worker sends: nothing says to whom.
    assert deliver_due().sent == 6
    assert not OutgoingMail.objects.exists()
    for link in links:
        assert Visitor(asked).client.post(link).status_code == 302
    assert set(Participant.objects.values_list("identity", flat=True)) == identities
    # Used links leave: none says when, nor which of them served.
    (left,) = MailProof.objects.values()
    assert not identities & {str(value) for value in left.values()}


def test_the_outbox_keeps_no_address_that_a_digest_or_a_link_no_longer_needs():
    asked = consultation(Proof.MAIL)
    Visitor(asked).ask_link("claire@exemple.fr")
    person = participant(asked)
    ask_for_digest(
        participant=person, address="c@exemple.fr", browser="x", link=lambda token: f"/{token}"
    )
    digest = f"consultation digest {asked.pk} {person.pk} "
    assert OutgoingMail.objects.filter(key__startswith=digest).count() == 1
    long_ago = timezone.now() - timedelta(days=9)
    OutgoingMail.objects.update(state=MailState.UNKNOWN, sending_started_at=long_ago)
    now = timezone.now()
    assert (forget_links(now, True), forget_addresses(now, True)) == (1, 1)
    assert (forget_links(now, False), forget_addresses(now, False)) == (1, 1)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("by_themselves", [True, False])
def test_an_address_taken_back_or_never_confirmed_leaves_the_outbox_too(by_themselves: bool):
    asked = consultation(Proof.MAIL)
    person, other = participant(asked), participant(asked)
    for one in (person, other):
        ask_for_digest(
            participant=one, address="c@exemple.fr", browser="x", link=lambda token: f"/{token}"
        )
    if by_themselves:
        unsubscribe(participant=person)
    else:
        long_ago = timezone.localdate() - timedelta(days=8)
        Participant.objects.filter(pk=person.pk).update(mail_asked_on=long_ago)
        forget_unconfirmed(timezone.now(), False)
    (left,) = OutgoingMail.objects.all()
    assert left.key.startswith(f"consultation digest {asked.pk} {other.pk} ")


def test_programs_and_floods_send_no_mail():
    asked = consultation(Proof.MAIL)
    visitor = Visitor(asked)
    visitor.ask_link("robot@exemple.fr", site_web="http://x")
    assert not OutgoingMail.objects.exists()
    for _rank in range(trying.MAILS_TO_AN_ADDRESS.most):
        Visitor(asked).ask_link("claire@exemple.fr")
    flood = Visitor(asked).ask_link("claire@exemple.fr")
    assert flood.status_code == 429
    assert "trop d’essais" in flood.content.decode()
    assert OutgoingMail.objects.count() == trying.MAILS_TO_AN_ADDRESS.most
    # Others are not locked out.
    assert Visitor(asked).ask_link("paul@exemple.fr").status_code == 302


def test_a_form_sent_too_fast_or_never_shown_is_shown_again(monkeypatch: pytest.MonkeyPatch):
    asked = consultation(Proof.MAIL)
    monkeypatch.setattr(entering, "LEAST_SECONDS", 60)
    fast = Visitor(asked).ask_link("claire@exemple.fr")
    assert "trop vite" in fast.content.decode()
    assert 'value="claire@exemple.fr"' in fast.content.decode()
    never = Visitor(asked).post("enter_by_mail", **{"courriel-email": "claire@exemple.fr"})
    assert never.status_code == 422
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("address", ["", "pas une adresse", "a@b", "x" * 300 + "@exemple.fr", "\0"])
def test_what_is_no_address_is_refused(address: str):
    answer = Visitor(consultation(Proof.MAIL)).ask_link(address)
    assert answer.status_code == 422
    assert not OutgoingMail.objects.exists()


# --- Printed codes -------------------------------------------------------------------------------


def printed(asked: Consultation, count: int = 3) -> list[str]:
    codes = codes_of(read_seed(new_seed()) or b"", asked, count)
    register_codes(consultation=asked, codes=codes, by=PersonFactory.create())
    return codes


def test_a_code_is_read_with_mercy_and_admits_again_elsewhere():
    asked = consultation(Proof.CODE)
    first, second, _third = printed(asked)
    typed = f" {first[:4].lower()}-{first[4:8]} {first[8:].lower()} "
    assert Visitor(asked).post("enter_with_code", **{"lettre-code": typed}).status_code == 302
    assert Visitor(asked).post("enter_with_code", **{"lettre-code": first}).status_code == 302
    assert Participant.objects.count() == 1
    Visitor(asked).post("enter_with_code", **{"lettre-code": second})
    assert Participant.objects.count() == 2


def test_codes_are_kept_as_hashes_in_an_order_of_their_own():
    asked = consultation(Proof.CODE)
    codes = printed(asked, 40)
    kept = list(PrintedCode.objects.order_by("pk").values_list("identity", flat=True))
    assert kept == sorted(kept)
    assert not set(codes) & set(kept)
    # A sheet sent again is the same sheet.
    assert register_codes(consultation=asked, codes=codes, by=PersonFactory.create()) == 1
    assert PrintedCode.objects.count() == 40


def test_guesses_of_a_browser_are_bounded_and_others_go_on():
    asked = consultation(Proof.CODE)
    (code,) = printed(asked, 1)
    guesser = Visitor(asked)
    guesser.get("enter")
    for _rank in range(trying.GUESSES_OF_A_BROWSER.most):
        wrong = guesser.post("enter_with_code", **{"lettre-code": "ABCD-EFGH-2345"})
        assert wrong.status_code == 422
    bounded = guesser.post("enter_with_code", **{"lettre-code": code})
    assert bounded.status_code == 429
    assert not Participant.objects.exists()
    other = Visitor(asked)
    other.get("enter")
    assert other.post("enter_with_code", **{"lettre-code": code}).status_code == 302
    # What bounds them is a hash and an hour.
    assert all(len(row.subject) == 64 for row in EntryTry.objects.all())


@pytest.mark.parametrize("typed", ["", "court", "ILOU-0123-4567", "A" * 200, "\0" * 12, "é" * 12])
def test_what_is_no_code_is_refused(typed: str):
    answer = Visitor(consultation(Proof.CODE)).post("enter_with_code", **{"lettre-code": typed})
    assert answer.status_code == 422


def test_a_cancelled_sheet_opens_nothing_but_whoever_entered_stays():
    asked = consultation(Proof.CODE)
    used, left = printed(asked, 2)
    Visitor(asked).post("enter_with_code", **{"lettre-code": used})
    assert cancel_batch(consultation=asked, batch=1, by=PersonFactory.create()) == 1
    refused = Visitor(asked).post("enter_with_code", **{"lettre-code": left})
    assert refused.status_code == 422
    assert Visitor(asked).post("enter_with_code", **{"lettre-code": used}).status_code == 302


# --- The local roll ------------------------------------------------------------------------------

ROLL = """nom;nom d’usage;prénoms;date de naissance;numéro
DE LA TOUR;PETIT;Marie-Claire Élodie;03/04/1975;
Müller;;Jean-François;1960-12-01;
Martin;;Jean;05/06/1980;A-12
MARTIN;;JEAN;5.6.1980;A-13
"""


def roll(*, text: str = ROLL) -> Consultation:
    asked = consultation(Proof.ROLL)
    report = import_roll(consultation=asked, content=text.encode(), by=PersonFactory.create())
    assert report.refused == 0, report.refusals
    return asked


def enter(asked: Consultation, family: str, given: str, born: str, **more: str):
    fields = {"liste-family": family, "liste-given": given, "liste-born_on": born, **more}
    visitor = Visitor(asked)
    visitor.get("enter")
    return visitor.post("enter_from_roll", **fields)


@pytest.mark.parametrize(
    ("family", "given", "born"),
    [
        ("de la Tour", "Marie Claire", "3/4/1975"),
        ("TOUR", "élodie", "1975-04-03"),
        ("Petit", "Claire-Marie", "03.04.1975"),
        ("PETIT", "Élodie Marie Claire", "03 04 1975"),
    ],
)
def test_names_are_read_with_mercy(family: str, given: str, born: str):
    asked = roll()
    assert enter(asked, "de La Tour", "Marie-Claire", "03/04/1975").status_code == 302
    assert enter(asked, family, given, born).status_code == 302
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    ("family", "given", "born"),
    [
        ("Tour", "Marie Sophie", "3/4/1975"),
        ("Tour", "Marie", "4/3/1975"),
        ("Tours", "Marie", "3/4/1975"),
        ("Martin", "Marie", "3/4/1975"),
    ],
)
def test_somebody_else_does_not_enter(family: str, given: str, born: str):
    answer = enter(roll(), family, given, born)
    assert answer.status_code == 422
    assert "Personne de la liste" in answer.content.decode()


def test_homonyms_give_their_number_and_are_two_people():
    asked = roll()
    asked_for = enter(asked, "Martin", "Jean", "5/6/1980")
    assert asked_for.status_code == 422
    assert 'name="liste-number"' in asked_for.content.decode()
    assert not Participant.objects.exists()
    for number in ("A12", "a-13", "A 12"):
        got = enter(asked, "Martin", "Jean", "5/6/1980", **{"liste-number": number})
        assert got.status_code == 302
    assert Participant.objects.count() == 2
    wrong = enter(asked, "Martin", "Jean", "5/6/1980", **{"liste-number": "A14"})
    assert wrong.status_code == 422


def test_the_birth_date_of_a_known_name_is_not_guessed():
    asked = roll()
    for day in range(1, trying.GUESSES_OF_A_NAME.most + 1):
        assert enter(asked, "Müller", "Jean", f"{day}/1/1960").status_code == 422
    assert enter(asked, "Müller", "Jean", "1/12/1960").status_code == 429
    # Whoever else is on the roll enters.
    assert enter(asked, "Tour", "Marie", "3/4/1975").status_code == 302


@pytest.mark.parametrize(
    "born", ["", "hier", "31/02/1980", "1/1/1800", "1/1/2999", "\0", "٣/٤/١٩٧٥"]
)
def test_what_is_no_birth_date_is_refused(born: str):
    assert enter(roll(), "Tour", "Marie", born).status_code == 422


# --- Whatever the means --------------------------------------------------------------------------


def test_a_means_that_is_not_offered_does_not_serve():
    asked = consultation(Proof.MAIL)
    answer = Visitor(asked).post("enter_with_code", **{"lettre-code": "ABCD-EFGH-2345"})
    assert answer.status_code == 422
    assert "de cette façon" in answer.content.decode()


def test_whoever_was_erased_neither_comes_back_nor_votes_twice():
    asked = consultation(Proof.CODE)
    (code,) = printed(asked, 1)
    Visitor(asked).post("enter_with_code", **{"lettre-code": code})
    erase(participant=Participant.objects.get(), withdraw_texts=False)
    again = Visitor(asked).post("enter_with_code", **{"lettre-code": code})
    assert again.status_code == 409
    assert "effacées à votre demande" in again.content.decode()
    assert Participant.objects.count() == 1
    assert not ParticipantAccess.objects.exists()


def test_a_refused_link_is_not_used_up():
    """Whoever reads why may not enter reads it again, rather than that the link has served."""
    asked = consultation(Proof.MAIL)
    visitor = Visitor(asked)
    visitor.ask_link("claire@exemple.fr")
    Consultation.objects.filter(pk=asked.pk).update(
        state=ConsultationState.CLOSED, closed_at=timezone.now()
    )
    (link,) = links_sent(asked)
    for _rank in range(2):
        assert "seules y entrent" in visitor.client.post(link).content.decode()


def test_leaving_a_device_leaves_the_person():
    asked = consultation(Proof.CODE)
    (code,) = printed(asked, 1)
    visitor = Visitor(asked)
    visitor.post("enter_with_code", **{"lettre-code": code})
    assert visitor.is_in()
    assert visitor.post("leave").status_code == 302
    assert not visitor.is_in()
    assert not ParticipantAccess.objects.exists()
    assert visitor.post("leave").status_code == 302
    visitor.post("enter_with_code", **{"lettre-code": code})
    assert Participant.objects.count() == 1


def test_once_the_key_is_destroyed_nobody_enters():
    asked = consultation(Proof.CODE)
    (code,) = printed(asked, 1)
    keys.destroy(asked)
    # The key is missing, as on a machine where it was not brought.
    missing = Visitor(asked).post("enter_with_code", **{"lettre-code": code})
    assert missing.status_code == 503
    Consultation.objects.filter(pk=asked.pk).update(key_destroyed_at=timezone.now())
    over = Visitor(asked).post("enter_with_code", **{"lettre-code": code})
    assert over.status_code == 409
    assert "on n’y entre plus" in Visitor(asked).get("enter").content.decode()
    assert not keys_apart.exists(asked.key_name)


def test_a_consultation_open_to_all_asks_for_nothing():
    open_to_all = running_phase().consultation
    assert "ouverte à tous" in Visitor(open_to_all).get("enter").content.decode()
