"""From the close to the published result, its archive downloaded and counted again."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.analyse.cli import main
from parvis.consultations.archives.votes import FEWEST_VOTERS
from parvis.consultations.enums import PhaseKind
from parvis.consultations.phase_settings import BudgetSettings
from parvis.consultations.tests.factories import ContributionFactory
from parvis.consultations.tests.outcomes import (
    budget_given,
    crowd,
    opinions_given,
    over,
    several_phases,
)
from parvis.organisations.tests.factories import coordinator_of
from tests.e2e.conftest import PHONE, Reception

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
]


def test_a_result_is_published_read_and_counted_again(
    reception: Reception, tmp_path: Path, settings, capsys
):
    settings.HOME = tmp_path
    consultation, phases = several_phases(
        {PhaseKind.IDEAS: None, PhaseKind.OPINIONS: None, PhaseKind.BUDGET: BudgetSettings()}
    )
    people = crowd(consultation, FEWEST_VOTERS + 2)
    with scopes_disabled():
        ContributionFactory.create(phase=phases[PhaseKind.IDEAS], title="Un banc au soleil")
    opinions_given(phases[PhaseKind.OPINIONS], people)
    budget_given(phases[PhaseKind.BUDGET], people)
    over(consultation)
    _client, person = coordinator_of(consultation.organisation)

    desk = reception.visit(person=person)
    desk.open(reverse("consultations:answers", args=[consultation.pk]))
    desk.follow("Un banc au soleil")
    desk.page.get_by_label("Retenue", exact=True).check()
    desk.page.get_by_label("Pourquoi").fill("Le banc est commandé.")
    desk.press("Publier la réponse")
    desk.open(reverse("consultations:conclusion", args=[consultation.pk]))
    desk.page.get_by_label("Ce qui est décidé").fill("Deux projets sont lancés.")
    desk.press("Publier le résultat")
    assert "Résultat publié" in desk.text

    phone = reception.visit(PHONE)
    phone.open(reverse("consultations:result", args=[consultation.code]))
    assert "Deux projets sont lancés." in phone.text
    assert "Le banc est commandé." in phone.text
    assert phone.faults("light") == []
    phone.follow("Données ouvertes")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("link", name="Télécharger l’archive").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert main(
        ["budget", str(tmp_path / "unpacked" / "3-budget" / "VOTE.pb"), "--format", "json"]
    ) == 0  # fmt: skip
    again = json.loads(capsys.readouterr().out)
    with scopes_disabled():
        phases[PhaseKind.BUDGET].refresh_from_db()
    assert [int(one) for one in again["selected"]] == phases[PhaseKind.BUDGET].result["selected"]
    assert phone.page_errors == []
