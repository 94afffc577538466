"""Time the boards of a body among a thousand, and the operator's pages, at several sizes.

    python -m bench.feedback_boards [--postgresql postgres://user@host:port/server_database]

1,000 organisations, 5 touchpoints each, two years, with the counts of ten million answers; other
sizes by `PARVIS_BENCH_ANSWERS=1000000,50000000`, asked for in turn. A short run at the same
density: `PARVIS_BENCH_ORGANISATIONS=20 PARVIS_BENCH_ANSWERS=200000`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from bench.databases import analyse, side_by_side
from bench.feedback_counts import fill_counts
from bench.lists import get
from bench.page_costs import PageCosts

ORGANISATIONS = int(os.environ.get("PARVIS_BENCH_ORGANISATIONS", "1000"))
TOUCHPOINTS = 5
DAYS = 730
ANSWERS = os.environ.get("PARVIS_BENCH_ANSWERS", "10000000")
COORDINATORS = 20
PAGE_TURNS = int(os.environ.get("PARVIS_BENCH_TURNS", "100"))


def steps(label: str, answers: int) -> Iterator[None]:
    from django.utils import timezone
    from django_scopes import scopes_disabled

    label = f"{label} {answers:,}"
    started = time.perf_counter()
    first = timezone.localdate() - timedelta(days=DAYS - 1)
    with scopes_disabled():
        bodies, places = _bodies_and_places()
        cells = fill_counts(places, answers=answers, first=first, days=DAYS)
        analyse()
    print(f"{label:<20} {cells:,} cells, loaded in {time.perf_counter() - started:.0f} s")
    with scopes_disabled():
        pages = [*_operator_pages(bodies, label), *_board_pages(bodies, first)]
    for name, clients, url in pages:
        costs = PageCosts()
        for turn in range(PAGE_TURNS):
            yield
            costs.add(lambda: get(clients[turn % len(clients)], url))  # noqa: B023
        costs.print(label, name)


def _board_pages(bodies: list[Any], first: date) -> list[tuple[str, list[Any], str]]:
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from parvis.accounts.tests.factories import sign_in
    from parvis.organisations.tests.factories import MandateFactory

    people = [
        MandateFactory(confirmed=True, organisation=body).person
        for body in bodies[:: max(1, ORGANISATIONS // COORDINATORS)]
    ]
    clients = [sign_in(Client(), person) for person in people]
    board = reverse("feedback:board")
    days = f"du={first + timedelta(days=17)}&au={timezone.localdate() - timedelta(days=3)}"
    pages = {
        "board, 30 days": board,
        "board, 90 days": f"{board}?periode=90j",
        "board, 12 months": f"{board}?periode=12m",
        "board, 24 months": f"{board}?periode=24m",
        "board, any dates": f"{board}?{days}",
        "board, one service": f"{board}?periode=12m&service=Service+1",
        "live fragment": reverse("feedback:board_live"),
        "alerts": reverse("feedback:alerts"),
        "wall": f"{reverse('feedback:wall')}?vue=1",
    }
    return [(name, clients, url) for name, url in pages.items()]


def _operator_pages(bodies: list[Any], label: str) -> list[tuple[str, list[Any], str]]:
    """The national view, frozen here, and the board of an edition whose option every body took."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from parvis.accounts.tests.factories import PersonFactory, sign_in
    from parvis.editions.enums import OptionCode
    from parvis.editions.models import Registration, RegistrationOption
    from parvis.editions.tests.factories import EditionFactory
    from parvis.feedback.national import freeze

    edition = EditionFactory(complete=True)
    someone = PersonFactory()
    registrations = Registration.objects.bulk_create(
        Registration(
            edition=edition,
            organisation=body,
            submitted_by=someone,
            staff_informed=True,
            communicability_acknowledged=True,
        )
        for body in bodies
    )
    option = edition.options.get(code=OptionCode.FEEDBACK)
    RegistrationOption.objects.bulk_create(
        RegistrationOption(registration=registration, option=option, price_cents=0)
        for registration in registrations
    )
    analyse()
    started = time.perf_counter()
    freeze(today=timezone.localdate())
    print(f"{label:<20} national figures frozen in {time.perf_counter() - started:.1f} s")
    operator = sign_in(Client(), PersonFactory(operator=True))
    return [
        ("national view", [operator], reverse("feedback:national")),
        ("national, as CSV", [operator], f"{reverse('feedback:national')}?format=csv"),
        ("operator's board", [operator], reverse("editions:board", args=[edition.slug])),
    ]


def _bodies_and_places() -> tuple[list[Any], list[tuple[int, int, int]]]:
    """Bodies of every size, their touchpoints and kiosks; (touchpoint, smiley, reasons) keys."""
    from django.utils import timezone

    from parvis.feedback.default_document import default_document
    from parvis.feedback.enums import DeviceKind, QuestionKind
    from parvis.feedback.models import Device, Question, Questionnaire, Touchpoint
    from parvis.organisations.models import Organisation
    from parvis.organisations.tests.factories import OrganisationFactory
    from parvis.questionnaires.enums import JourneyStage

    populations, stages = (800, 5_000, 12_000, 40_000, 150_000), JourneyStage.values
    bodies = Organisation.objects.bulk_create(
        [
            _indexed(OrganisationFactory.build(population=populations[n % len(populations)]))
            for n in range(ORGANISATIONS)
        ]
    )
    questionnaires = Questionnaire.objects.bulk_create(
        Questionnaire(organisation=body, name="Accueil", draft=default_document())
        for body in bodies
    )
    smileys, reasons = (
        Question.objects.bulk_create(
            Question(
                organisation_id=questionnaire.organisation_id,
                questionnaire=questionnaire,
                key=key,
                kind=kind,
            )
            for questionnaire in questionnaires
        )
        for key, kind in (
            ("satisfaction", QuestionKind.SMILEY),
            ("reasons", QuestionKind.REASONS),
        )
    )
    touchpoints = Touchpoint.objects.bulk_create(
        Touchpoint(
            organisation=body,
            questionnaire=questionnaire,
            name=f"Accueil {n}",
            service=f"Service {n % 2}",
            stage=stages[n % len(stages)],
            staffing=7,
            code=f"b{body.pk * TOUCHPOINTS + n:07d}",
        )
        for body, questionnaire in zip(bodies, questionnaires, strict=True)
        for n in range(TOUCHPOINTS)
    )
    Device.objects.bulk_create(
        Device(
            organisation_id=touchpoint.organisation_id,
            touchpoint=touchpoint,
            kind=DeviceKind.KIOSK,
            name=touchpoint.name,
            secret_hash=f"{touchpoint.pk:064d}",
            last_seen_at=timezone.now(),
            queue_length=0,
        )
        for touchpoint in touchpoints
    )
    return bodies, [
        (touchpoint.pk, smileys[n // TOUCHPOINTS].pk, reasons[n // TOUCHPOINTS].pk)
        for n, touchpoint in enumerate(touchpoints)
    ]


def _indexed(body: Any) -> Any:
    body.index_for_search()
    return body


if __name__ == "__main__":
    side_by_side(__doc__.splitlines()[0], steps, [int(size) for size in ANSWERS.split(",")])
