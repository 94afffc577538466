"""Moderators and a citizen, on the real server: refusal, appeal, merge, consent, two readings."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, TeamRole
from parvis.consultations.models import Contribution, PaperSheet
from parvis.consultations.tests.factories import (
    ContributionFactory,
    PhaseFactory,
    running_phase,
    written,
)
from parvis.consultations.tests.moderators import member_of, supported
from tests.e2e.conftest import PHONE, Reception

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
]


def test_from_a_refusal_to_a_consent(reception: Reception) -> None:
    phase = running_phase(PhaseKind.IDEAS)
    consultation = phase.consultation
    people = [member_of(consultation)[1] for _rank in range(2)]
    first, second = (reception.visit(person=person) for person in people)
    citizen = reception.visit(PHONE, scripts=False)

    write = reverse("consultations:idea_write", args=[consultation.code, phase.position])
    citizen.open(write)
    citizen.page.get_by_label("Votre idée en une phrase").fill("Des arbres sur la place")
    citizen.page.get_by_label("Expliquez-la").fill("De l’ombre. Écrivez-moi à moi@exemple.fr.")
    citizen.press("Envoyer mon idée")
    with scopes_disabled():
        idea = Contribution.objects.get(title="Des arbres sur la place")
        target = ContributionFactory.create(phase=phase, title="Planter des arbres sur la place")
    supported(target)

    # The first moderator refuses, with a reason of the charter.
    first.open(reverse("consultations:moderation", args=[consultation.pk]))
    first.examine()
    first.follow("Des arbres sur la place")
    expect(first.page.locator("mark").first).to_contain_text("moi@exemple.fr")
    first.page.locator("summary", has_text="Refuser").click()
    first.page.get_by_label("Motif de la charte").select_option("personal_data")
    first.press("Refuser")
    first.examine()

    # Its author reads why, and contests.
    own = reverse("consultations:appeal", args=[consultation.code, phase.position, idea.number])
    citizen.open(own)
    assert "Donnée personnelle" in citizen.text
    citizen.page.get_by_label("Pourquoi ce refus").fill("C’est ma propre adresse.")
    citizen.press("Contester")
    assert "une autre personne" in citizen.text
    assert citizen.sideways() == []

    # Who refused cannot decide; the other publishes after all.
    first.open(reverse("consultations:moderated", args=[consultation.pk, idea.pk]))
    assert "une autre personne tranche" in first.text
    second.open(reverse("consultations:moderated", args=[consultation.pk, idea.pk]))
    second.press("Publier après tout")
    citizen.open(own)
    assert "Publiée après recours" in citizen.text
    citizen.open(reverse("consultations:charter", args=[consultation.code]))
    assert citizen.sideways() == []

    # The citizen supports their idea; it is merged into the other one, and they are asked.
    citizen.open(
        reverse("consultations:idea", args=[consultation.code, phase.position, idea.number])
    )
    citizen.press("Soutenir")
    second.open(reverse("consultations:merge", args=[consultation.pk, target.pk]))
    second.examine()
    second.page.get_by_label("Des arbres sur la place").check()
    second.press("Voir ce qui va changer")
    assert "1 personne sera interrogée" in second.text
    second.examine()
    second.press("Réunir")
    citizen.open(reverse("consultations:moves", args=[consultation.code]))
    citizen.press("Oui, je la soutiens")
    assert "Votre soutien suit" in citizen.text
    assert citizen.sideways() == []
    with scopes_disabled():
        target.refresh_from_db()
        idea.refresh_from_db()
    assert idea.state == ContributionState.MERGED
    assert target.support_count == 4
    citizen.open(
        reverse("consultations:idea", args=[consultation.code, phase.position, target.number])
    )
    assert "Histoire de cette idée" in citizen.text


def test_a_sheet_keyed_twice(reception: Reception) -> None:
    phase = running_phase(PhaseKind.IDEAS)
    with scopes_disabled():
        opinions = PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.OPINIONS)
    written(opinions, ContributionKind.STATEMENT, "Il faut des bancs.")
    people = [member_of(phase.consultation, TeamRole.PAPER)[1] for _rank in range(2)]
    page = reverse("consultations:paper_key", args=[phase.consultation_id, opinions.position])
    for person, said in zip(people, ("D’accord", "Pas d’accord"), strict=True):
        keyer = reception.visit(person=person)
        keyer.open(page)
        keyer.page.get_by_label("Numéro de la feuille").fill("2-0001")
        keyer.page.get_by_label("Il faut des bancs.").select_option(label=said)
        keyer.examine()
        keyer.press("Enregistrer")
    assert "diffèrent" in keyer.page.content()
    keyer.open(reverse("consultations:paper_sheets", args=[phase.consultation_id, 2]))
    keyer.examine()
    keyer.follow("2-0001")
    keyer.examine()
    keyer.page.get_by_label("Il faut des bancs.").select_option(label="D’accord")
    keyer.press("C’est ce que dit le papier")
    with scopes_disabled():
        assert PaperSheet.objects.get().state == "counted"
    keyer.follow("2-0001")
    assert "Comptée" in keyer.text
    keyer.examine()
