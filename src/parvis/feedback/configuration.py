"""What a kiosk needs to work alone: its touchpoint, its questionnaire, its sounds, its delays.

A device keeps the last one it got, and asks again when a reply to its answers, or its own regular
question, tells that the number has grown.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from django.db.models import F, QuerySet

import parvis
from parvis.feedback.models import Device, QuestionnaireVersion
from parvis.feedback.questionnaire_document import read_document
from parvis.feedback.speech.labels import sound_addresses
from parvis.feedback.speech.phrases import PHRASES

# WCAG 2.2.1: the warning comes after 20 s without input, lasts 20 s and can be put off ten times.
IDLE = {"warn_after_ms": 20_000, "warning_ms": 20_000, "extensions": 10, "thanks_ms": 6_000}


def configuration_of(device: Device) -> dict[str, Any]:
    """What the device shows, in what JSON can hold; four queries at most.

    `version` and `document` are null while the questionnaire was never published. `sounds` maps
    `speech.labels.text_hash` to addresses; a text without one is left to the browser's voice.
    """
    touchpoint = device.touchpoint
    version = (
        QuestionnaireVersion.objects.filter(questionnaire=touchpoint.questionnaire_id)
        .order_by("-number")
        .first()
    )
    configuration: dict[str, Any] = {
        "configuration": device.configuration,
        "app": parvis.__version__,
        "device": {"id": device.pk, "name": device.name},
        "touchpoint": {
            "code": touchpoint.code,
            "name": touchpoint.name,
            "service": touchpoint.service,
            "time_zone": touchpoint.time_zone,
            "is_open": touchpoint.closed_at is None,
        },
        "idle": IDLE,
        "version": None,
        "document": None,
        "phrases": {},
        "sounds": {},
    }
    if version is not None:
        document = read_document(version.document)
        configuration |= {
            "version": version.pk,
            "document": version.document,
            "phrases": {
                name: {language: texts[language] for language in document.languages}
                for name, texts in PHRASES.items()
            },
            "sounds": sound_addresses(device.organisation_id, document),
        }
    return configuration


def encoded(configuration: dict[str, Any]) -> tuple[bytes, str]:
    """The configuration as it is sent, and its entity tag."""
    content = orjson.dumps(configuration, option=orjson.OPT_SORT_KEYS)
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def hold(devices: QuerySet[Device]) -> None:
    """Lock devices, in the order of their numbers, before what they show is locked and changed.

    Ingestion holds the devices of a batch when its commit looks at their touchpoint: whoever
    changes a touchpoint takes its devices first, or the two would wait for one another.
    """
    list(devices.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def configuration_changed(devices: QuerySet[Device]) -> None:
    """Tell these devices, by their number, that something they show has changed."""
    hold(devices)
    devices.update(configuration=F("configuration") + 1)
