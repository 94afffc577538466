"""Consultations of the demonstration: one of each template, two of them published."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.delivery import delivery_of
from parvis.consultations.enums import ConsultationState, Template
from parvis.consultations.models import (
    ClosedVote,
    Consultation,
    Contribution,
    OfficialAnswer,
    Vote,
)
from parvis.consultations.starts import themes
from parvis.measures.models import Measure
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.web.demo.consultations import consult

TODAY = date(2026, 11, 26)


@pytest.mark.django_db
def test_one_of_each_template_and_two_published():
    with scopes_disabled():
        body = OrganisationFactory.create(is_simulated=True, insee_code="")
        made = consult(
            organisation=body,
            coordinator=PersonFactory.create(),
            today=TODAY,
            rng=np.random.default_rng(1),
        )
        found = {one.template: one for one in Consultation.objects.all()}
        assert made == len(found) == len(Template)
        over = {Template.PROJECT, Template.BUDGET}
        assert {
            template for template, one in found.items() if one.state == ConsultationState.PUBLISHED
        } == over
        for template in over:
            assert not Vote.objects.filter(phase__consultation=found[template]).exists()
            assert ClosedVote.objects.filter(phase__consultation=found[template]).exists()
            assert found[template].published_at.date() < TODAY
            assert any(phase.result for phase in found[template].phases.all())
        assert Measure.objects.filter(organisation=body, source="consultations").exists()
        budget = found[Template.BUDGET]
        delivery = delivery_of(budget)
        assert delivery.is_overspent is False
        assert [one.contribution.from_idea is not None for one in delivery.projects] == [True] * 4
        assert any(one.reached for one in delivery.projects)
        written = Contribution.objects.filter(phase__consultation=budget)
        assert max(one.published_at for one in written) < budget.published_at
        answered = OfficialAnswer.objects.filter(contribution__phase__consultation=budget)
        assert {one.answered_at for one in answered} == {budget.published_at}
        assert set(written.filter(kind="idea").values_list("theme", flat=True)) <= {
            one.code for one in themes()
        }
        told = {milestone.due_on for milestone in budget.milestones.all()}
        assert min(told) > budget.published_at.date()
        assert max(told) > TODAY
