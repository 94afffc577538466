"""What makes the rules of an edition contradict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from parvis.editions.enums import OptionCode
from parvis.editions.rules import EditionRules, ElectionRule, OptionRule, WaveRule, check
from parvis.foundation.errors import Refusal
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.models import Grid

PARIS = ZoneInfo("Europe/Paris")
SOUND = EditionRules(
    title="Baromètre 2027",
    slug="barometre-2027",
    registration_opens_at=datetime(2027, 1, 4, 9, tzinfo=PARIS),
    registration_closes_at=datetime(2027, 2, 26, 18, tzinfo=PARIS),
    grid=Grid(pk=1),
    waves=(
        WaveRule(date(2027, 3, 1), date(2027, 4, 30)),
        WaveRule(date(2027, 9, 1), date(2027, 10, 29)),
    ),
)


def test_the_usual_rules_stand() -> None:
    check(SOUND)


def weights(**changes: str) -> dict[Channel, Decimal]:
    shares = {"phone": "30", "email": "30", "website": "25", "post": "15", **changes}
    return {Channel(name): Decimal(share) for name, share in shares.items()}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "   "}, "title"),
        ({"slug": "Édition 9"}, "slug"),
        ({"slug": "gestion"}, "slug"),
        ({"time_zone": "Europe/Lutèce"}, "time_zone"),
        (
            {"registration_closes_at": SOUND.registration_opens_at - timedelta(seconds=1)},
            "registration_closes_at",
        ),
        ({"registration_closes_at": SOUND.registration_opens_at}, "registration_closes_at"),
        ({"waves": ()}, "waves"),
        ({"waves": (WaveRule(date(2027, 4, 30), date(2027, 3, 1)),)}, "waves"),
        ({"waves": SOUND.waves[::-1]}, "waves"),
        (
            {
                "waves": (
                    WaveRule(date(2027, 3, 1), date(2027, 4, 30)),
                    WaveRule(date(2027, 4, 30), date(2027, 5, 30)),
                )
            },
            "waves",
        ),
        ({"waves": (WaveRule(date(2027, 1, 3), date(2027, 4, 30)),)}, "waves"),
        ({"weights": weights(post="14.99")}, "weights"),
        ({"weights": weights(social="0.01")}, "weights"),
        ({"weights": weights(phone="-10", post="55")}, "weights"),
        ({"weights": weights(phone="30.001", post="14.999")}, "weights"),
        ({"minimum_peers": 4}, "minimum_peers"),
        ({"minimum_quartile_peers": 9}, "minimum_quartile_peers"),
        ({"minimum_coverage_percent": 0}, "minimum_coverage_percent"),
        ({"minimum_coverage_percent": 101}, "minimum_coverage_percent"),
        ({"options": (OptionRule(OptionCode.VISITS), OptionRule(OptionCode.VISITS))}, "options"),
        ({"options": (OptionRule(OptionCode.VISITS, quota=0),)}, "options"),
        ({"options": (OptionRule(OptionCode.VISITS, price_cents=-1),)}, "options"),
        (
            {"elections": (ElectionRule("Municipales", date(2027, 3, 21), date(2027, 3, 14)),)},
            "elections",
        ),
    ],
)
def test_what_contradicts_is_refused_with_its_field(change: dict, field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check(replace(SOUND, **change))
    assert refusal.value.field == field


def test_social_networks_may_count_when_the_total_stays_a_hundred() -> None:
    check(replace(SOUND, weights=weights(phone="25", social="5")))


def test_the_message_gives_the_total_found() -> None:
    with pytest.raises(Refusal, match=r"99,5 % au lieu de 100"):
        check(replace(SOUND, weights=weights(post="14.5")))


def test_the_first_wave_is_compared_with_the_day_where_the_edition_is() -> None:
    """9:00 UTC on the 4th is still the 3rd in Tahiti: a wave may begin that day."""
    tahiti = replace(
        SOUND,
        time_zone="Pacific/Tahiti",
        registration_opens_at=datetime(2027, 1, 4, 9, tzinfo=ZoneInfo("UTC")),
        waves=(WaveRule(date(2027, 1, 3), date(2027, 1, 30)),),
    )
    check(tahiti)
