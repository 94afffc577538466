"""A poll prepared from nothing to its launch, with and without scripts; axe in each state met."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import EligibleAgent, StaffPoll
from parvis.staff_polls.tests.preparing import page, ready_poll, registration_with_option
from parvis.staff_polls.tests.voting import open_poll
from tests.access.probe import none_wrong
from tests.e2e.conftest import PHONE, Reception
from tests.e2e.test_axe import examined

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]

LIST = "\n".join(
    [
        "Service;Courriel",
        *(f"État civil;agent{n}@exemple.fr" for n in range(12)),
        *(f"Voirie;voirie{n}@exemple.fr" for n in range(11)),
        "Cabinet;cabinet@exemple.fr",
        "Voirie;pas une adresse",
    ]
)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_poll_is_prepared_and_launched(reception: Reception, scripts: bool):
    registration = registration_with_option()
    visit = reception.visit(PHONE, registration.submitted_by, scripts=scripts)
    visit.open(reverse("staff_polls:polls"))
    visit.follow("Préparer un sondage")
    visit.page.get_by_label("Titre du sondage").fill("Notre accueil")
    visit.press("Créer le brouillon")
    # The cards: one from the library, one of one's own, the others as proposed.
    visit.follow("Cartes")
    visit.press("Choisir dans la bibliothèque")
    visit.page.get_by_label("Mes outils pour traiter une demande").check()
    visit.press("Ajouter les cartes cochées")
    visit.page.get_by_text("Écrire la vôtre").click()
    visit.press("Un seul choix")
    visit.page.locator("#cards-10-text").fill("Le plus utile serait…")
    visit.press("Enregistrer et terminer")
    assert "Il reste à corriger avant de lancer" in visit.text
    visit.page.locator("#cards-10-options-0-text").fill("Un écran de plus")
    visit.page.locator("#cards-10-options-1-text").fill("Une chaise de plus")
    visit.press("Enregistrer et terminer")
    # Who votes: what is wrong comes back, what is small is merged.
    visit.follow("Dire qui vote")
    visit.page.get_by_label("La liste, une ligne par agent").fill(LIST)
    visit.press("Ajouter ces agents")
    assert "24 agents sont ajoutés." in visit.text
    assert visit.page.get_by_label("La liste, une ligne par agent").input_value().strip() == (
        "Voirie;pas une adresse"
    )
    visit.press("Faire ces regroupements")
    assert "avec « Voirie »" in visit.text
    visit.follow("Lancer")
    visit.press("Lancer le sondage")
    assert "Le sondage est lancé." in visit.text
    poll = StaffPoll.objects.get()
    assert (poll.state, len(poll.document["cards"])) == (PollState.PREPARING, 11)
    assert EligibleAgent.objects.filter(poll=poll).count() == 24
    assert visit.complaints() == []


def test_the_preview_follows_what_is_typed(reception: Reception):
    registration = registration_with_option()
    poll = ready_poll(registration)
    visit = reception.visit(person=registration.submitted_by)
    visit.open(page("cards", poll.pk))
    visit.page.locator("#cards-0-text").fill("Je lis ceci à côté")
    visit.page.locator("aside").get_by_text("Je lis ceci à côté").wait_for()
    assert visit.complaints() == []


def test_the_composer_is_used_by_keyboard_alone(reception: Reception):
    registration = registration_with_option()
    poll = ready_poll(registration)
    visit = reception.visit(person=registration.submitted_by)
    visit.open(page("cards", poll.pk))
    visit.page.locator("#cards-1").get_by_role("button", name="Monter – carte 2").focus()
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    poll.refresh_from_db()
    assert [card["key"] for card in poll.document["cards"]][:2] == ["accueil", "fierte"]
    # The Enter key in a text saves, and neither moves nor removes anything.
    visit.page.locator("#cards-2-low").focus()
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    poll.refresh_from_db()
    assert len(poll.document["cards"]) == 8


@pytest.mark.looks
def test_axe_finds_nothing_in_each_state_of_a_poll(reception: Reception):
    registration = registration_with_option()
    visit = reception.visit(person=registration.submitted_by)
    found = []

    def look(path: str, status: int = 200) -> None:
        visit.open(path, status=status)
        found.extend(examined(visit))

    draft = ready_poll(registration)
    draft.document["cards"][3]["options"][1]["text"] = ""
    draft.save()
    look(page("cards", draft.pk) + "?verifier=1")
    look(page("launch", draft.pk))
    look(page("library", draft.pk) + "?canal=post&sujet=complaints")
    visit.open(page("groups", draft.pk))
    visit.page.get_by_label("La liste, une ligne par agent").fill(
        "Voirie;a@b.fr\nVoirie;A@b.fr\nVoirie;faux\nCabinet;c@d.fr"
    )
    visit.press("Ajouter ces agents")
    found += examined(visit)
    # An older form, and a form of a poll that was launched meanwhile.
    visit.open(page("settings", draft.pk))
    StaffPoll.objects.update(revision=40)
    visit.press("Enregistrer")
    found += examined(visit)
    StaffPoll.objects.update(state=PollState.OPEN, launched_at=timezone.now())
    visit.press("Enregistrer")
    assert "Copier ce sondage" in visit.text
    found += examined(visit)
    running = open_poll(12, 12, printed=12, organisation=registration.organisation)
    StaffPoll.objects.filter(pk=running.pk).update(
        reminded_at=timezone.now(), closes_at=timezone.now() + timedelta(hours=3), follows=draft
    )
    for name in ("poll", "groups", "preview", "slips", "close", "change_end"):
        look(page(name, running.pk))
    visit.open(page("close", running.pk))
    visit.press("Clore le sondage")
    for name in ("poll", "groups", "slips"):
        look(page(name, running.pk))
    none_wrong(found)
