"""An answer given on the public page of a touchpoint, stored when this returns."""

from __future__ import annotations

import time

from parvis.feedback.enums import DeviceKind
from parvis.feedback.ingestion import submit
from parvis.feedback.models import Device, Touchpoint
from parvis.feedback.protocol import Sending, read_answer
from parvis.feedback.questionnaire_document import Step
from parvis.feedback.visit_tokens import Visit


def give_answer(
    *, touchpoint: Touchpoint, visit: Visit, step: Step, value: int, text: str, language: str
) -> None:
    """Store one answer of a visit; the same one given again is the same answer.

    Nobody acts here: a public page has no account. Raises what `ingestion.submit` raises. The
    clocks of a phone are not asked: the answer is dated by its reception, and the content that its
    hash covers only holds what the page was given, or a second press would be another answer.
    """
    answer = read_answer(
        {
            "id": str(visit.answer_id(step.key)),
            "visit": str(visit.id),
            "seq": 0,
            "touchpoint": touchpoint.code,
            "version": visit.version,
            "question": step.key,
            "value": value,
            "level": visit.level,
            "text": text,
            "language": language,
            "time_ms": visit.began_ms,
            "mono_ms": 0,
            "run": str(visit.id),
            "epoch_ms": None,
        },
        0,
    )
    sending = Sending(time_ms=int(time.time() * 1000), mono_ms=0, run=visit.id)
    submit(_public_page(touchpoint), sending, [answer])


def _public_page(touchpoint: Touchpoint) -> Device:
    """The device that stands for the public page: made with the touchpoint, or now."""
    device, _made = Device.objects.get_or_create(
        touchpoint=touchpoint,
        kind=DeviceKind.LINK,
        defaults={"organisation_id": touchpoint.organisation_id, "name": touchpoint.name[:60]},
    )
    return device
