"""Time the boards of a body among a thousand, with the counts of ten million answers.

    python -m bench.feedback_boards [--postgresql postgres://user@host:port/server_database]

1,000 organisations, 5 touchpoints each, two years: 2,000 answers a touchpoint. A short run at the
same density: `PARVIS_BENCH_ORGANISATIONS=20 PARVIS_BENCH_ANSWERS=200000`. Each page has two lines:
the time that passed, and the processor time of this process (Django, and the database where it is
SQLite), which says more on a machine that others use.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta

from bench.databases import analyse, milliseconds, on_both_databases, report
from bench.feedback_counts import fill_counts
from bench.lists import get

ORGANISATIONS = int(os.environ.get("PARVIS_BENCH_ORGANISATIONS", "1000"))
TOUCHPOINTS = 5
DAYS = 730
ANSWERS = int(os.environ.get("PARVIS_BENCH_ANSWERS", "10000000"))
COORDINATORS = 20
PAGE_TURNS = 100


def measure(label: str) -> None:
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from parvis.accounts.tests.factories import sign_in
    from parvis.feedback.default_document import default_document
    from parvis.feedback.enums import DeviceKind, QuestionKind
    from parvis.feedback.models import Device, Question, Questionnaire, Touchpoint
    from parvis.organisations.models import Organisation
    from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory

    started = time.perf_counter()
    with scopes_disabled():
        bodies = Organisation.objects.bulk_create(
            [_indexed(OrganisationFactory.build()) for _body in range(ORGANISATIONS)]
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
        places = [
            (touchpoint.pk, smileys[n // TOUCHPOINTS].pk, reasons[n // TOUCHPOINTS].pk)
            for n, touchpoint in enumerate(touchpoints)
        ]
        first = timezone.localdate() - timedelta(days=DAYS - 1)
        cells = fill_counts(places, answers=ANSWERS, first=first, days=DAYS)
        analyse()
        people = [
            MandateFactory(confirmed=True, organisation=body).person
            for body in bodies[:: max(1, ORGANISATIONS // COORDINATORS)]
        ]
        clients = [sign_in(Client(), person) for person in people]
    print(
        f"{label:<11} {ANSWERS:,} answers, {cells:,} cells, "
        f"loaded in {time.perf_counter() - started:.0f} s"
    )
    board = reverse("feedback:board")
    days = f"du={first + timedelta(days=17)}&au={timezone.localdate() - timedelta(days=3)}"
    pages = [
        ("board, 30 days", board),
        ("board, 90 days", f"{board}?periode=90j"),
        ("board, 12 months", f"{board}?periode=12m"),
        ("board, 24 months", f"{board}?periode=24m"),
        ("board, any dates", f"{board}?{days}"),
        ("board, one service", f"{board}?periode=12m&service=Service+1"),
        ("live fragment", reverse("feedback:board_live")),
        ("alerts", reverse("feedback:alerts")),
        ("wall", f"{reverse('feedback:wall')}?vue=1"),
    ]
    for name, url in pages:
        spent, worked = [], []
        for turn in range(PAGE_TURNS):
            before = time.process_time()
            spent.append(milliseconds(lambda: get(clients[turn % len(clients)], url)))  # noqa: B023
            worked.append((time.process_time() - before) * 1000)
        report(label, f"feedback: {name}", spent)
        report(label, "   processor time", worked)


def _indexed(body: object) -> object:
    body.index_for_search()  # type: ignore[attr-defined]
    return body


if __name__ == "__main__":
    on_both_databases(__doc__.splitlines()[0], measure)
