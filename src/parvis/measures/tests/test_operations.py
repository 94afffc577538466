from __future__ import annotations

from datetime import date

import pytest

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.measures.models import Measure
from parvis.measures.operations import publish, withdraw
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def measure(organisation: Organisation, reference: str = "poll:1", channel: str = "") -> Measure:
    return Measure(
        organisation=organisation,
        source="staff_polls",
        source_reference=reference,
        channel=channel,
        period_start=date(2026, 1, 1),
        period_end=date(2026, 2, 1),
        estimate_percent=61.5,
        lower_percent=50.0,
        upper_percent=72.0,
        answers=12,
    )


def test_publishing_twice_leaves_one_of_each() -> None:
    body = OrganisationFactory()
    for _time in range(2):
        rows = [measure(body), measure(body, channel="phone")]
        assert publish(rows, source="staff_polls", reference="poll:1") == 2
    assert Measure.objects.count() == 2


def test_rows_of_another_publication_are_refused_and_nothing_is_written() -> None:
    body = OrganisationFactory()
    with pytest.raises(ValueError, match="poll:2"):
        publish([measure(body, "poll:2")], source="staff_polls", reference="poll:1")
    assert not Measure.objects.exists()


def test_withdrawing_leaves_the_other_publications() -> None:
    body = OrganisationFactory()
    for reference in ("poll:1", "poll:2"):
        publish([measure(body, reference)], source="staff_polls", reference=reference)
    assert withdraw(source="staff_polls", reference="poll:1") == 1
    assert Measure.objects.get().source_reference == "poll:2"


def test_who_sees_which_measure() -> None:
    own, other = OrganisationFactory.create_batch(2)
    publish([measure(own), measure(other)], source="staff_polls", reference="poll:1")

    def seen_by(kind: RoleKind, **hat: object) -> int:
        worn = Hat(key="k", kind=kind, person_id=1, label="l", **hat)  # type: ignore[arg-type]
        return Measure.objects.visible_to(worn).count()

    assert seen_by(RoleKind.OPERATOR) == 2
    assert seen_by(RoleKind.COORDINATOR, organisation_id=own.pk) == 1
    assert seen_by(RoleKind.COORDINATOR, organisation_id=own.pk, is_effective=False) == 0
    assert seen_by(RoleKind.MYSTERY_CITIZEN) == 0
    assert seen_by(RoleKind.REVIEWER) == 0
