"""What the demonstration refuses, its calendar, and its full size."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from parvis.editions.tests.factories import EditionFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.organisations.models import Organisation
from parvis.organisations.operations import load_directory
from parvis.results.models import Publication
from parvis.web.demo.build import DEFAULT_SEED, build
from parvis.web.demo.dates import current_dates, municipal_elections, published_dates
from parvis.web.demo.names import folded


def no_step(title: str) -> nullcontext[None]:
    return nullcontext()


@pytest.mark.django_db
def test_a_database_with_a_real_edition_is_refused() -> None:
    EditionFactory(is_simulated=False)
    with pytest.raises(Conflict, match="édition réelle"):
        build(organisations=20, seed=1, step=no_step)
    assert not Organisation.objects.filter(is_simulated=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("organisations", "seed", "field"),
    [(3, 1, "organisations"), (5_000, 1, "organisations"), (20, -1, "seed")],
)
def test_impossible_arguments_are_refused(organisations: int, seed: int, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        build(organisations=organisations, seed=seed, step=no_step)
    assert refused.value.field == field


@pytest.mark.django_db
def test_the_command_is_refused_outside_a_demonstration(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="refusée"):
        call_command("demo", "--no-serve")


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2027, 2, 28), date(2028, 10, 15)])
def test_both_waves_are_over_and_no_embargo_holds(today: date) -> None:
    dates = published_dates(today)
    first_round, last_round = municipal_elections(dates.year)
    assert dates.waves[0].ends_on < first_round < last_round < dates.waves[1].starts_on
    assert dates.waves[1].ends_on + timedelta(days=14) < today
    assert first_round.weekday() == last_round.weekday() == 6
    current = current_dates(today)
    assert current.waves[0].starts_on <= today <= current.waves[0].ends_on
    assert current.registration_opens_at.date() <= current.waves[0].starts_on


def test_the_elections_are_on_the_real_days_of_2026_and_2020() -> None:
    assert municipal_elections(2026) == (date(2026, 3, 15), date(2026, 3, 22))
    assert municipal_elections(2020)[0] == date(2020, 3, 15)


@pytest.mark.long
@pytest.mark.django_db
def test_the_full_demonstration_has_the_size_and_figures_of_edition_8(
    settings: Any, tmp_path: Path
) -> None:
    settings.HOME = tmp_path
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    load_directory(by=None)
    counts = build(organisations=321, seed=DEFAULT_SEED, step=no_step)
    assert counts is not None
    assert 12_000 < counts["contacts"] < 15_000
    run = Publication.objects.current().get(wave=None).run
    scores = list(
        run.score_sheets.filter(overall_percent__isnull=False).values_list(
            "overall_percent", flat=True
        )
    )
    assert run.organisation_count == 321
    assert 62 < np.mean(scores) < 69
    assert min(scores) < 42
    assert max(scores) > 80
    real = {folded(name) for name in Organisation.objects.real().values_list("name", flat=True)}
    simulated = Organisation.objects.filter(is_simulated=True).values_list("name", flat=True)
    assert not real & {folded(name) for name in simulated}
