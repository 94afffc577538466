"""A consultation with a phase of opinions that runs; its code and statements as JSON.

    python -m tests.durability.prepare_consultation STATEMENTS [votes]

With `votes`: what it holds instead, the participant of each access and the votes of each one.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django


def opened(statements: int) -> dict[str, Any]:
    from parvis.consultations.enums import ContributionKind, PhaseKind
    from parvis.consultations.tests.factories import running_phase, written

    phase = running_phase(PhaseKind.OPINIONS)
    texts = [f"Phrase {number}." for number in range(1, statements + 1)]
    made = written(phase, ContributionKind.STATEMENT, *texts)
    return {
        "code": phase.consultation.code,
        "phase": phase.position,
        "keys": [one.pk for one in made],
    }


def held() -> dict[str, Any]:
    """`accesses`: {hash of a cookie's secret: participant}; `votes`: [participant, key, value]."""
    from parvis.consultations.models import Participant, ParticipantAccess, Vote

    return {
        "participants": Participant.objects.count(),
        "accesses": dict(ParticipantAccess.objects.values_list("secret_hash", "participant")),
        "votes": list(Vote.objects.values_list("participant", "subject", "value")),
    }


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        json.dump(held() if "votes" in sys.argv else opened(int(sys.argv[1])), sys.stdout)
