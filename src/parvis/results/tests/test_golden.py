"""The bytes of one small run, written down: every database, machine and version gives these.

A change of this digest is a change of the scores that old runs would get: it must be meant, told in
the change log, and come with a new format number.
"""

from __future__ import annotations

import pytest

from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grids import import_grid
from parvis.results import canonical
from parvis.results.inputs import build_input
from parvis.results.scoring import score
from parvis.results.tests.factories import small_barometer

GRID = """
code: tiny
version: 1
title: {fr: "Petite grille", en: "Tiny grid"}
description: {fr: "Pour les tests.", en: "For the tests."}
licence: EUPL-1.2
sources:
  - code: choice
    nature: choice
    name: {fr: "Choix", en: "Choice"}
    reference: {fr: "Aucune.", en: "None."}
criteria:
  - {code: phone.greeting, channel: phone, stage: access, determinant: courtesy,
     label: {fr: "Salue.", en: "Greets."}, help: {fr: "Bonjour.", en: "Hello."}, kind: yes_no,
     weight: 60, not_applicable: false, scored_zero_if_no_answer: true, required: true,
     source: choice}
  - {code: phone.attempts, channel: phone, stage: access, determinant: accessibility,
     label: {fr: "Appels.", en: "Calls."}, help: {fr: "Comptez.", en: "Count."}, kind: count,
     bands: [{up_to: 1, score: 100}, {up_to: 3, score: 35}, {score: 0}],
     weight: 40, not_applicable: false, scored_zero_if_no_answer: true, required: true,
     source: choice}
  - {code: email.delay, channel: email, stage: handling, determinant: responsiveness,
     label: {fr: "Délai.", en: "Delay."}, help: {fr: "Calculé.", en: "Computed."}, kind: delay,
     from: sent, to: answered, missing_score: 0,
     bands: [{up_to: 40, score: 100}, {up_to: 80, score: 50}, {score: 0}],
     limit: {value: 5, unit: working_days, label: {fr: "5 jours", en: "5 days"}},
     weight: 100, not_applicable: false, scored_zero_if_no_answer: true, required: true,
     source: choice}
"""

INPUT_SHA256 = "e1e027eb82d6f5ae959904493d6f66c27e7ca36df0ee68cf5db7446bcbd34329"
RESULT_SHA256 = "4e34215bac92ce38cf7753c3763959bd84bdbeaae640b5804254ac62b38d23c0"


@pytest.mark.django_db
def test_every_database_gives_the_same_bytes() -> None:
    barometer = small_barometer(
        organisations=7,
        waves=2,
        contacts={Channel.PHONE: 3, Channel.EMAIL: 2},
        populations=(12_000, 3_000),
        grid=import_grid(GRID, None),
        slug="temoin",
        seed=11,
    )
    document = build_input(edition=barometer.edition, wave=None)
    # Row numbers, and what the factories number, depend on the tests run before.
    bodies = {body.pk: rank for rank, body in enumerate(barometer.organisations)}
    for body in document["organisations"]:
        body["id"] = bodies[body["id"]]
        body["siren"] = None
    for rank, contact in enumerate(document["contacts"]):
        contact["id"] = rank
        contact["organisation"] = bodies[contact["organisation"]]
        contact["scenario"] = contact["channel"]
        contact["evidence"] = ["0" * 64] * len(contact["evidence"])
    assert canonical.digest(canonical.canonical_bytes(document)) == INPUT_SHA256
    assert canonical.digest(canonical.canonical_bytes(score(document))) == RESULT_SHA256
