"""A poll from its composition to its results, with three browsers.

The coordinator's, at a desk; a phone that got an invitation by mail; and a phone that runs no
script, whose owner drew a printed code. The other agents vote through the same addresses.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Locator, expect
from pypdf import PdfReader

from parvis.editions.models import Registration
from parvis.foundation.models import OutgoingMail
from parvis.foundation.readable_codes import ALPHABET
from parvis.foundation.worker import run_pending
from parvis.measures.models import Measure
from parvis.staff_polls import keys
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import Ballot, EligibleAgent, PrintedCode, StaffPoll
from parvis.staff_polls.operations.casting import cast_printed
from parvis.staff_polls.tasks import follow_polls
from parvis.staff_polls.tests.conftest import drawn_keys
from parvis.staff_polls.tests.loot import Device
from parvis.staff_polls.tests.preparing import registration_with_option
from tests.e2e.conftest import PHONE, Reception, Visit
from tests.e2e.poll_player import Player, address, in_the_box

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("drawn_keys"),
]

__all__ = ["drawn_keys"]

CODE = re.compile(rf"[{ALPHABET}]{{4}}(?:-[{ALPHABET}]{{4}}){{2}}")
MAILED = [f"agent{number}@exemple.fr" for number in range(14)]
CABINET = ["cabinet0@exemple.fr", "cabinet1@exemple.fr"]
# Agents without mail, of whom two draw no code.
PRINTED = 12
LIST = "\n".join(
    [
        "Service;Courriel",
        *(f"État civil;{one}" for one in MAILED),
        *(f"Cabinet;{one}" for one in CABINET),
    ]
)
WRITTEN = "Le plus utile serait…"
SENTENCE = "écouter davantage, et <b>répondre</b> plus vite"


def test_from_the_first_card_to_the_last_figure(
    reception: Reception, mailoutbox: list, tmp_path: Path
):
    registration = registration_with_option()
    measure_what_users_say(registration)
    desk = reception.visit(person=registration.submitted_by)
    compose(desk)
    say_who_votes(desk)
    poll = launch(desk)
    invitations = {mail.to[0]: invitation_in(mail.body) for mail in mailoutbox}
    assert set(invitations) == {*MAILED, *CABINET}
    mailoutbox.clear()
    codes = print_slips(desk, tmp_path)

    phone = Player(reception.visit(PHONE), poll)
    answer_by_touch(phone, invitations[MAILED[0]])
    plain = reception.visit(PHONE, scripts=False)
    answer_without_scripts(plain, poll, codes[0])
    assert len(in_the_box(poll)) == 2
    # Nine by printed code and eleven by mail; one collects a ballot and keeps it.
    for rank, code in enumerate(codes[1:10]):
        cast_printed(poll_code=poll.code, code=code, answers=some_answers(rank))
    for rank, email in enumerate(MAILED[1:12]):
        device = Device(poll, email, invitations[email])
        device.collect()
        device.cast(some_answers(rank))
    Device(poll, MAILED[12], invitations[MAILED[12]]).collect()

    nothing_is_revealed_yet(phone)
    follow_polls.enqueue()
    run_pending()
    cache.clear()  # what the gauge said lasts ten seconds
    see_the_first_reveal(phone)
    remind(desk, poll)
    assert {mail.to[0] for mail in mailoutbox} == {MAILED[13], *CABINET}

    close(desk, poll)
    texts = read_results(desk, poll, tmp_path)
    nothing_is_left(poll)
    for secret in (*MAILED, *CABINET, *codes, *invitations.values()):
        assert secret not in texts
    see_the_last_reveal(phone, plain, codes[0])
    for visit in (desk, phone.visit, plain):
        assert visit.complaints() == []


def measure_what_users_say(registration: Registration) -> None:
    Measure.objects.create(
        organisation=registration.organisation,
        source="feedback",
        source_reference="month",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 1, 31),
        estimate_percent=62,
        lower_percent=58,
        upper_percent=66,
        answers=400,
    )


# --- The coordinator prepares ---------------------------------------------------------------------


def compose(desk: Visit) -> None:
    """The nine cards proposed, a ranking from the library, a choice of one's own."""
    desk.open(reverse("staff_polls:polls"))
    desk.follow("Préparer un sondage")
    desk.page.get_by_label("Titre du sondage").fill("Notre accueil, vu d’ici")
    desk.press("Créer le brouillon")
    desk.follow("Cartes")
    desk.press("Choisir dans la bibliothèque")
    desk.page.get_by_label("Du plus au moins réussi chez nous").check()
    desk.press("Ajouter les cartes cochées")
    desk.page.get_by_text("Écrire la vôtre").click()
    desk.press("Un seul choix")
    desk.page.locator("#cards-10-text").fill(WRITTEN)
    desk.page.locator("#cards-10-options-0-text").fill("Un écran de plus")
    desk.page.locator("#cards-10-options-1-text").fill("Une chaise de plus")
    desk.page.locator("aside").get_by_text(WRITTEN).wait_for()
    desk.press("Enregistrer et terminer")


def say_who_votes(desk: Visit) -> None:
    """A roll that is pasted, agents without mail, and a service too small to stand alone."""
    desk.follow("Dire qui vote")
    desk.page.get_by_label("La liste, une ligne par agent").fill(LIST)
    desk.press("Ajouter ces agents")
    desk.page.get_by_text("Ajouter un service sans liste").click()
    desk.page.get_by_label("Nom du service").fill("Voirie")
    desk.page.get_by_label("Agents sans courriel").fill(str(PRINTED))
    desk.press("Ajouter le service")
    desk.press("Faire ces regroupements")


def launch(desk: Visit) -> StaffPoll:
    desk.follow("Lancer")
    desk.press("Lancer le sondage")
    run_pending()
    poll = StaffPoll.objects.get()
    kinds = {card["kind"] for card in poll.document["cards"]}
    assert (poll.state, len(kinds), sum(g.eligible for g in poll.voting_groups())) == (
        PollState.OPEN,
        8,
        28,
    )
    desk.open(reverse("staff_polls:poll", args=[poll.pk]))
    assert "Pas encore de chiffre" in desk.text
    return poll


def invitation_in(body: str) -> str:
    found = re.search(r"#j=(\w+)", body)
    assert found
    return found[1]


def print_slips(desk: Visit, folder: Path) -> list[str]:
    desk.follow("Bulletins à imprimer")
    text = text_of_pdf(download(desk, folder, desk.page.get_by_role("button", name="la planche")))
    codes = [code.replace("-", "") for code in CODE.findall(text)]
    assert len(set(codes)) == PRINTED
    return codes


# --- The agents answer ----------------------------------------------------------------------------


def answer_by_touch(phone: Player, invitation: str) -> None:
    """Every kind of card by touch, the sentence by the keyboard of the phone."""
    phone.open(f"#j={invitation}")
    phone.button("Commencer").tap()
    page = phone.page

    def touch(name: str, *, rank: int = 0) -> None:
        """Touch a button, once the card of this rank has come."""
        if rank:
            phone.at(rank)
        phone.button(name).tap()

    touch("D’accord", rank=1)
    phone.at(2)
    page.locator(".poll-crowd span").nth(6).tap()
    touch("Suivant")
    phone.at(3)
    page.get_by_role("slider").tap()
    touch("Suivant")
    touch("Très bien", rank=4)
    touch("Pas d’accord", rank=5)
    touch("Je ne sais pas", rank=6)
    phone.at(7)
    page.get_by_label("Du temps").tap()
    page.get_by_label("Une formation").tap()
    touch("Suivant")
    phone.at(8)
    page.locator(".poll-crowd span").nth(4).tap()
    touch("Suivant")
    phone.at(9)
    page.get_by_role("textbox").tap()
    page.keyboard.type(SENTENCE)
    touch("Suivant")
    # Each device begins with an order of its own; the last line goes up by one.
    phone.at(10)
    lines = page.locator(".poll-ranking li")
    *begin, third, last = [line.get_attribute("data-code") for line in lines.all()]
    lines.last.get_by_role("button", name="Monter").tap()
    touch("Valider cet ordre")
    touch("Une chaise de plus", rank=11)
    phone.at_the_summary()
    phone.button("Envoyer mes réponses").tap()
    phone.thanked()
    assert phone.visit.context.cookies() == []
    (ballot,) = in_the_box(phone.poll)
    own = ballot.pop(phone.poll.document["cards"][10]["key"])
    assert (own, ballot) == (
        1,
        {
            "fierte": 1,
            "devinette-telephone": 7,
            "attente-telephone": 5,
            "accueil-courtois": 3,
            "bonne-personne": 0,
            "reponse-claire": 2,
            "manque-repondre": [0, 2],
            "devinette-satisfaction": 5,
            "une-chose": SENTENCE,
            "atouts": [int(code or -1) for code in (*begin, last, third)],
        },
    )


def answer_without_scripts(plain: Visit, poll: StaffPoll, code: str) -> None:
    plain.open(address(poll))
    plain.page.get_by_label("Code à douze signes").fill(code)
    plain.press("Répondre")
    pride = plain.page.get_by_role("group", name="Je suis fier")
    pride.get_by_label("D’accord", exact=True).check()
    plain.page.get_by_role("textbox", name="La suite").fill("du temps")
    plain.press("Envoyer mes réponses")
    assert "Votre bulletin est dans l’urne" in plain.text


def some_answers(rank: int) -> dict[str, object]:
    """Those of an agent among others: opinions differ, so that tables may be shown exactly."""
    return {
        "fierte": rank % 3,
        "devinette-telephone": rank % 11,
        "accueil-courtois": rank % 4,
        "devinette-satisfaction": 3 + rank % 6,
        "une-chose": f"plus de temps pour chacun, dit le numéro {rank}",
    }


# --- What is shown --------------------------------------------------------------------------------


def nothing_is_revealed_yet(phone: Player) -> None:
    phone.visit.open(reverse("staff_polls:reveal", args=[phone.poll.code]))
    assert "Carte par carte" not in phone.visit.text


def see_the_first_reveal(phone: Player) -> None:
    """From the thanks of a device that comes back, by the way the gauge offers."""
    phone.open()
    phone.thanked()
    gauge = phone.page.locator(".poll-gauge")
    expect(gauge).to_contain_text("% des agents ont répondu")
    expect(gauge.locator("li").first).to_contain_text("Débloqué")
    expect(gauge.locator("li").last).not_to_contain_text("Débloqué")
    phone.visit.follow("Voir la révélation")
    text = phone.visit.text
    assert "Le vote continue" in text
    assert "Je suis fier de la qualité" in text
    # Neither what was measured, nor sentences, nor services.
    assert "6,2 sur 10" not in text
    assert "plus de temps" not in text
    assert "État civil" not in text


def remind(desk: Visit, poll: StaffPoll) -> None:
    desk.open(reverse("staff_polls:poll", args=[poll.pk]))
    assert "Dévoilé" in desk.text
    desk.follow("Rappeler ceux qui n’ont pas encore pris leur bulletin")
    desk.press("Envoyer le rappel")
    run_pending()


def close(desk: Visit, poll: StaffPoll) -> None:
    desk.open(reverse("staff_polls:poll", args=[poll.pk]))
    desk.follow("Clore maintenant")
    desk.press("Clore le sondage")
    run_pending()


def read_results(desk: Visit, poll: StaffPoll, folder: Path) -> str:
    """The page, the report, the tables and an image; returns all their text."""
    desk.open(reverse("staff_polls:results", args=[poll.pk]))
    shown = desk.text
    assert "Ce qui est certain" in shown
    assert "6,2 sur 10" in shown
    # As it was written: nothing of it became markup.
    assert SENTENCE in shown
    assert "dit le numéro 3" in shown
    assert "Voirie" in shown
    report = text_of_pdf(download(desk, folder, desk.page.get_by_role("link", name="le rapport")))
    assert poll.title in report
    table = download(desk, folder, desk.page.get_by_role("link", name="CSV")).decode("utf-8-sig")
    whole = [row for row in csv.reader(io.StringIO(table), delimiter=";") if row[0] == "Tous"]
    assert {row[1] for row in whole} >= {
        "Je suis fier de la qualité que nous offrons aux habitants."
    }
    images = desk.page.get_by_role("link", name="Image pour une diapositive")
    image = download(desk, folder, images.first).decode()
    assert image.startswith("<svg")
    return "\n".join([desk.page.content(), report, table, image])


def see_the_last_reveal(phone: Player, plain: Visit, code: str) -> None:
    """On the phone everything; a code that served is worth nothing any more."""
    cache.clear()
    phone.visit.open(address(phone.poll), status=410)
    phone.keeps_nothing()
    phone.visit.open(reverse("staff_polls:reveal", args=[phone.poll.code]))
    assert "6,2 sur 10" in phone.visit.text
    assert "dit le numéro 3" in phone.visit.text
    assert "État civil" not in phone.visit.text
    plain.open(address(phone.poll), status=410)
    assert plain.page.get_by_label("Code à douze signes").count() == 0
    assert code not in plain.page.content()


def nothing_is_left(poll: StaffPoll) -> None:
    for model in (Ballot, EligibleAgent, PrintedCode):
        assert not model.objects.exists()
    assert not OutgoingMail.objects.filter(to__in=[*MAILED, *CABINET]).exists()
    assert not keys.are_held(poll)


# --- Files ----------------------------------------------------------------------------------------


def download(visit: Visit, folder: Path, control: Locator) -> bytes:
    with visit.page.expect_download() as waited:
        control.click()
    path = folder / waited.value.suggested_filename
    waited.value.save_as(path)
    return path.read_bytes()


def text_of_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
