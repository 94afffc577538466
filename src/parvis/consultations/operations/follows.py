"""Following a contribution: being told what becomes of it, without having to support it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from parvis.consultations.enums import ConsultationState
from parvis.consultations.models import Consultation, Contribution, Follow, Participant
from parvis.consultations.operations.holding import hold_consultation
from parvis.foundation.errors import Conflict


@transaction.atomic
def start_following(*, contribution: Contribution, participant: Participant) -> None:
    """Follow it, once however often it is asked; raise `Conflict` as `refuse_to_follow` does."""
    refuse_to_follow(hold_consultation(participant.consultation))
    Follow.objects.get_or_create(
        participant=participant,
        contribution=contribution,
        defaults={"organisation_id": participant.organisation_id},
    )


def refuse_to_follow(consultation: Consultation) -> None:
    """Raise `Conflict` once the consultation is over: whoever takes part is forgotten then."""
    if consultation.state != ConsultationState.OPEN:
        raise Conflict(
            _("Cette consultation est close : ce qui est décidé se lit sur la page du résultat.")
        )


def stop_following(*, contribution: Contribution, participant: Participant) -> None:
    """Follow it no more; done twice, it changes nothing."""
    Follow.objects.filter(participant=participant, contribution=contribution).delete()
