"""Ideas from an empty phase to its result, on a phone without scripts, then with the map."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from parvis.consultations.models import Contribution, Phase
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.phase_settings import Choice, IdeasSettings, MapView
from parvis.consultations.results import ideas as results
from parvis.consultations.tests.factories import ContributionFactory, running_phase
from tests.e2e.conftest import PHONE, Reception
from tests.e2e.test_weight import PUBLIC_BYTES, weight

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
]


def test_from_an_idea_to_its_supports(reception: Reception, settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path
    phase = running_phase(
        settings=IdeasSettings(
            themes=(Choice("eau", "L’eau"), Choice("arbres", "Les arbres")),
            map=MapView(50.63, 3.06),
        ),
        moderation="after",
    )
    page = reverse("consultations:phase", args=[phase.consultation.code, phase.position])

    author = reception.visit(PHONE, scripts=False)
    author.open(page)
    author.page.get_by_role("link", name="Déposer une idée").click()
    author.page.get_by_label("Votre idée en une phrase").fill("Une fontaine au parc des Tilleuls")
    author.page.get_by_label("Expliquez-la").fill("Pour remplir sa gourde quand il fait chaud.")
    author.page.get_by_label("Thème").select_option("eau")
    author.page.get_by_text("Montrer le point exact").click()
    author.page.get_by_label("Latitude").fill("50,631")
    author.page.get_by_label("Longitude").fill("3,061")
    author.press("Garder en brouillon")
    author.open(page)
    author.page.get_by_role("link", name="Une fontaine au parc").click()
    author.press("Envoyer mon idée")
    expect(author.page.get_by_role("heading", level=1)).to_have_text(
        "Une fontaine au parc des Tilleuls"
    )

    neighbour = reception.visit(PHONE, scripts=False)
    neighbour.open(reverse("consultations:idea_write", args=[phase.consultation.code, 1]))
    neighbour.page.get_by_label("Votre idée en une phrase").fill("Fontaine au parc des Tilleuls")
    neighbour.page.get_by_label("Expliquez-la").fill("Il fait chaud, remplissons nos gourdes.")
    neighbour.page.get_by_label("Thème").select_option("eau")
    neighbour.press("Envoyer mon idée")
    expect(neighbour.page.get_by_role("heading", level=1)).to_contain_text("déjà proposée")
    neighbour.page.get_by_role("button", name="Soutenir").click()
    expect(neighbour.page.get_by_text("Votre soutien est enregistré.")).to_be_visible()

    with scopes_disabled():
        for number in range(30):
            ContributionFactory.create(
                phase=phase,
                title=f"Planter l’arbre {number}",
                latitude=50.62 + number / 3_000,
                longitude=3.04 + number / 1_000,
            )
        ContributionFactory.create(phase=phase, title="Seule", latitude=50.645, longitude=3.09)
    desk = reception.visit()
    moved = reverse("consultations:idea_map", args=[phase.consultation.code, phase.position])
    assert weight(desk, moved) <= PUBLIC_BYTES
    desk.page.get_by_role("button", name="Déplacer et agrandir la carte").click()
    expect(desk.page.locator(".place-spot").first).to_be_visible()
    desk.page.locator("[aria-label^='Idée n°']").first.press("Enter")
    expect(desk.page.locator(".leaflet-popup a").first).to_be_visible()
    assert weight(reception.visit(PHONE), page) <= PUBLIC_BYTES

    with scopes_disabled():
        idea = Contribution.objects.get(number=1)
        assert (idea.support_count, idea.theme, idea.latitude) == (1, "eau", 50.631)
        Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
        said = results.shown(close_phase(phase=phase))
    assert said["ideas"][0]["title"] == "Une fontaine au parc des Tilleuls"
    assert said["ideas"][0]["supports"] == 1
    neighbour.open(page)
    assert "close" in neighbour.text


def test_what_was_proposed_appears_while_one_types(reception: Reception) -> None:
    phase = running_phase()
    ContributionFactory.create(phase=phase, title="Un abri à vélos à la gare", text="Couvert.")
    visit = reception.visit()
    visit.open(reverse("consultations:idea_write", args=[phase.consultation.code, 1]))
    visit.page.get_by_label("Votre idée en une phrase").press_sequentially("abris vélos gare")
    expect(visit.page.get_by_role("status").get_by_role("link")).to_have_text(
        "Un abri à vélos à la gare"
    )
    with visit.context.expect_page() as opened:
        visit.page.get_by_role("button", name="Soutenir").click()
    expect(opened.value.get_by_text("Votre soutien est enregistré.")).to_be_visible()
    expect(visit.page.get_by_label("Votre idée en une phrase")).to_have_value("abris vélos gare")
