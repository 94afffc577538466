"""Kiosks of one body, paired in a fresh installation; their plan as JSON: `python -m … KIOSKS`."""

from __future__ import annotations

import json
import sys
from typing import Any

import django


def plan(kiosks: int) -> list[dict[str, Any]]:
    """What each kiosk knows: its secret, its touchpoint's code and the version it shows."""
    from parvis.feedback.tests.factories import (
        KioskFactory,
        QuestionnaireFactory,
        TouchpointFactory,
        secret_of,
        the_version,
    )

    questionnaire = QuestionnaireFactory()
    version = the_version(questionnaire).pk
    made = []
    for _ in range(kiosks):
        touchpoint = TouchpointFactory(
            organisation=questionnaire.organisation, questionnaire=questionnaire
        )
        kiosk = KioskFactory(touchpoint=touchpoint)
        made.append({"secret": secret_of(kiosk), "touchpoint": touchpoint.code, "version": version})
    return made


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        json.dump(plan(int(sys.argv[1])), sys.stdout)
