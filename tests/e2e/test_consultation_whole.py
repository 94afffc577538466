"""Each template, from its creation by a coordinator to the result that anybody reads.

The pages of each kind are examined in their own tests; here one consultation is walked through by
the people who make it: a coordinator at a desk, a citizen on a phone without scripts, a visitor.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.consultations.enums import ConsultationState, PhaseKind, Template
from parvis.consultations.models import ClosedVote, Consultation, Phase, Vote
from parvis.consultations.tasks.calendar import follow_calendar
from parvis.consultations.tests.preparing import registration_with_option
from tests.e2e.conftest import DESK, PHONE, Reception, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def lines(*texts: str) -> Callable[[Visit], None]:
    """The coordinator writes what a phase begins with."""

    def write(team: Visit) -> None:
        team.follow("1. ")
        team.follow("Ce qui la commence")
        team.page.get_by_label("Une par ligne").fill("\n".join(texts))
        team.press("Ajouter")
        team.page.locator(".breadcrumb a").last.click()

    return write


def projects(team: Visit) -> None:
    team.follow("Projets")
    for title, cost in (("Une fontaine", "30000"), ("Des bancs", "25000")):
        team.follow("Écrire un projet")
        team.page.get_by_label("Titre").fill(title)
        team.page.get_by_label("Coût, en euros").fill(cost)
        team.page.get_by_label("Description").fill("Sur la place du marché, avant l’été.")
        team.press("Enregistrer")
    team.follow("Étapes")


def nothing(team: Visit) -> None:
    """The template is ready as it is."""


def give_an_idea(citizen: Visit) -> None:
    citizen.follow("Déposer une idée")
    citizen.page.get_by_label("Votre idée en une phrase").fill("Une fontaine au parc")
    citizen.page.get_by_label("Expliquez-la").fill("Pour remplir sa gourde quand il fait chaud.")
    citizen.page.get_by_label("Thème").select_option(index=1)
    citizen.press("Envoyer mon idée")


def agree(citizen: Visit) -> None:
    citizen.press("D’accord")
    citizen.press("Pas d’accord")


def prefer(citizen: Visit) -> None:
    with citizen.page.expect_navigation():
        citizen.page.locator("[data-side='0']").click()


def judge(citizen: Visit) -> None:
    useful = citizen.page.get_by_role("group", name="Utilité")
    useful.get_by_role("radio", name="plutôt oui").check()
    citizen.press("Envoyer mes notes")


def approve(citizen: Visit) -> None:
    citizen.page.get_by_role("checkbox", name="Une fontaine").check()
    citizen.press("Relire mon vote")
    citizen.press("Confirmer mon vote")


WALKS = {
    Template.IDEAS: (nothing, give_an_idea, 0),
    Template.PROJECT: (nothing, judge, 1),
    Template.OPINIONS: (
        lines("Il faut des bancs.", "Il faut des arbres.", "Il faut de l’eau."),
        agree,
        2,
    ),
    Template.PAIRS: (lines("Le vélo", "Le bus", "La marche"), prefer, 1),
    Template.BUDGET: (projects, approve, 1),
}


def has_now(consultation: Consultation, kind: str) -> Phase:
    """Bring the calendar to the phase of that kind: those before are over, those after to come."""
    with scopes_disabled():
        phases = list(consultation.phases.order_by("position"))
        current = next(phase for phase in phases if phase.kind == kind)
        now = timezone.now()
        for phase in phases:
            begins = now + timedelta(days=10 * (phase.position - current.position) - 1)
            ends = begins + timedelta(days=9)
            Phase.objects.filter(pk=phase.pk).update(opens_at=begins, closes_at=ends)
    return current


def end(consultation: Consultation) -> None:
    """Every phase is over: the worker counts and closes."""
    with scopes_disabled():
        for phase in consultation.phases.all():
            ends = timezone.now() - timedelta(seconds=1)
            Phase.objects.filter(pk=phase.pk).update(
                opens_at=ends - timedelta(days=1), closes_at=ends
            )
    follow_calendar.func()


@pytest.mark.parametrize("template", list(Template))
def test_from_the_template_to_the_published_result(reception: Reception, template: Template):
    prepare, take_part, votes = WALKS[template]
    registration = registration_with_option()
    team = reception.visit(DESK, registration.submitted_by)
    team.open(reverse("consultations:consultations"))
    team.follow("Préparer une consultation")
    team.page.get_by_label(str(template.label)).check()
    team.page.get_by_label("Titre").fill("Le centre de demain")
    team.page.get_by_label("En bref").fill("Dites ce qui compte, nous répondons à tout.")
    team.press("Créer la consultation")
    prepare(team)
    team.press("Ouvrir la consultation")
    assert "La consultation est publique." in team.page.inner_text("body")

    with scopes_disabled():
        consultation = Consultation.objects.get()
    kind = {Template.BUDGET: PhaseKind.BUDGET}.get(template, PhaseKind(template))
    has_now(consultation, kind)
    citizen = reception.visit(PHONE, scripts=False)
    citizen.open(reverse("consultations:public_list"))
    citizen.follow("Le centre de demain")
    citizen.follow("Participer")
    take_part(citizen)
    with scopes_disabled():
        assert Vote.objects.count() == votes

    end(consultation)
    with scopes_disabled():
        consultation.refresh_from_db()
        assert consultation.state == ConsultationState.CLOSED
        assert ClosedVote.objects.count() == votes
        assert not Vote.objects.exists()
    team.open(reverse("consultations:conclusion", args=[consultation.pk]))
    team.page.get_by_label("Ce qui est décidé").fill("Nous plantons vingt arbres.")
    team.press("Publier le résultat")
    visitor = reception.visit(PHONE)
    visitor.open(reverse("consultations:public", args=[consultation.code]))
    visitor.follow("Ce qui est décidé, et pourquoi")
    assert "Nous plantons vingt arbres." in visitor.text
    assert visitor.complaints() == []
    assert team.complaints() == []
