"""Fill a fresh installation for a storm and print its plan as JSON: `python -m … CONTACTS TASKS`.

One mystery citizen per contact, each with a session already open, and tasks waiting in the queue.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import django

# A contact with every criterion of the telephone: yes or no, grades, counts and minutes.
CHANNEL = "phone"


def plan(contacts: int, tasks: int) -> dict[str, Any]:
    """Make the rows; the plan names contacts, sessions, and values for each criterion."""
    from django.test import Client
    from django.utils import timezone

    from parvis.accounts.tests.factories import sign_in
    from parvis.editions.tests.factories import EditionFactory
    from parvis.mystery_audits.models import Contact
    from parvis.mystery_audits.tests.factories import ContactFactory, RunningWaveFactory
    from parvis.organisations.tests.factories import OrganisationFactory
    from tests.durability.tasks import promise_a_mail

    wave = RunningWaveFactory(edition=EditionFactory(complete=False, open=True))
    body = OrganisationFactory()
    made: list[Contact] = [
        ContactFactory(
            wave=wave,
            organisation=body,
            channel=CHANNEL,
            in_progress=True,
            sent_at=timezone.now() - timedelta(hours=1),
        )
        for _ in range(contacts)
    ]
    for number in range(tasks):
        promise_a_mail.enqueue(number)
    return {
        "contacts": [
            {
                "id": contact.pk,
                "session": sign_in(Client(), contact.mystery_citizen.person)
                .cookies["sessionid"]
                .value,
            }
            for contact in made
        ],
        "criteria": _values(made[0]),
    }


def _values(contact: Any) -> dict[str, list[str]]:
    from parvis.mystery_audits.questions import criteria_of
    from parvis.questionnaires.enums import CriterionKind

    values: dict[str, list[str]] = {}
    for criterion in criteria_of(contact):
        if criterion.kind == CriterionKind.YES_NO:
            values[criterion.code] = ["yes", "no"]
        elif criterion.kind == CriterionKind.GRADED:
            values[criterion.code] = [option.code for option in criterion.options]
        elif criterion.is_entered:
            values[criterion.code] = [str(number) for number in range(200)]
    return values


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        json.dump(plan(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
