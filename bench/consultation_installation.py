"""A consultation in a fresh installation: its opening, and the votes it holds afterwards.

    python -m bench.consultation_installation open PEOPLE STATEMENTS
    python -m bench.consultation_installation votes

What it prints is JSON: the code and the position of a phase of opinions, the keys of its
statements, the secrets of its participants' cookies; then every vote, [SHA-256 of the secret, key,
value].
"""

from __future__ import annotations

import json
import secrets
import sys
from typing import Any

import django


def open_phase(people: int, statements: int) -> dict[str, Any]:
    """A phase of opinions that runs, with so many participants and statements of the team."""
    from parvis.consultations.enums import ContributionKind, PhaseKind
    from parvis.consultations.models import Contribution
    from parvis.consultations.tests.factories import running_phase

    phase = running_phase(PhaseKind.OPINIONS)
    Contribution.objects.bulk_create(
        (
            Contribution(
                organisation_id=phase.organisation_id,
                phase=phase,
                kind=ContributionKind.STATEMENT,
                number=number,
                text=f"La phrase {number} du débat mérite qu’on s’y arrête un instant.",
                state="published",
                published_at=phase.opens_at,
            )
            for number in range(1, statements + 1)
        ),
        batch_size=500,
    )
    return {
        "code": phase.consultation.code,
        "phase": phase.position,
        "keys": list(
            Contribution.objects.filter(phase=phase).order_by("pk").values_list("pk", flat=True)
        ),
        "secrets": people_of(phase.consultation, people),
    }


def people_of(consultation: Any, people: int) -> list[str]:
    """The secrets of so many new participants, in the order of their keys."""
    from parvis.consultations.entrance import secret_hash
    from parvis.consultations.enums import Proof
    from parvis.consultations.models import Participant, ParticipantAccess

    drawn = [secrets.token_hex(32) for _person in range(people)]
    Participant.objects.bulk_create(
        (
            Participant(
                organisation_id=consultation.organisation_id,
                consultation=consultation,
                identity=secret_hash(one),
                proof=Proof.DEVICE,
            )
            for one in drawn
        ),
        batch_size=500,
    )
    made = Participant.objects.filter(consultation=consultation).in_bulk(field_name="pk")
    by_identity = {one.identity: one for one in made.values()}
    ParticipantAccess.objects.bulk_create(
        (
            ParticipantAccess(
                organisation_id=consultation.organisation_id,
                participant=by_identity[secret_hash(one)],
                secret_hash=secret_hash(one),
            )
            for one in drawn
        ),
        batch_size=500,
    )
    return drawn


def votes() -> list[tuple[str, int, int]]:
    """Every vote there is: identity of the participant, key, value."""
    from parvis.consultations.models import Vote

    return list(Vote.objects.values_list("participant__identity", "subject", "value"))


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        if sys.argv[1] == "votes":
            json.dump(votes(), sys.stdout)
        else:
            json.dump(open_phase(int(sys.argv[2]), int(sys.argv[3])), sys.stdout)
