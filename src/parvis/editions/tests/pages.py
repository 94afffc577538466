"""Addresses of the pages of this room, its forms as sent, and somebody new who asks for them."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.models import Edition
from parvis.questionnaires.tests.factories import GridFactory


def page(name: str, *args: Any, **query: Any) -> str:
    address = reverse(f"editions:{name}", args=args)
    return f"{address}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else address


def signed_in_newcomer() -> tuple[Client, Any]:
    person = PersonFactory()
    return sign_in(Client(), person), person


def edition_form(**changes: str) -> dict[str, str]:
    """The creation page as the operator sends it."""
    return {
        "title": "Baromètre 2027",
        "slug": "barometre-2027",
        "presentation": "",
        "time_zone": "Europe/Paris",
        "registration_opens_at": "2027-01-04T09:00",
        "registration_closes_at": "2027-02-26T18:00",
        "grid": str(GridFactory().pk),
        "minimum_peers": "5",
        "minimum_quartile_peers": "10",
        "minimum_coverage_percent": "60",
        "wave0-starts_on": "2027-03-01",
        "wave0-ends_on": "2027-04-30",
        "wave1-starts_on": "2027-09-01",
        "wave1-ends_on": "2027-10-29",
        "weight-phone": "30",
        "weight-email": "30",
        "weight-website": "25",
        "weight-post": "15",
        "weight-social": "0",
        "weight-visit": "0",
        "visits-offered": "on",
        "visits-price": "0",
        "consultation-offered": "on",
        "consultation-price": "3000",
        "consultation-free_quota": "10",
        "election0-label": "Municipales",
        "election0-first_round_on": "2027-03-14",
        "election0-last_round_on": "2027-03-21",
        "election0-organisation_kind": "commune",
        **changes,
    }


def form_of(edition: Edition, **changes: str) -> dict[str, str]:
    """The edit page of an existing edition, sent back but for the changes."""
    waves = list(edition.waves.all())
    dates = {}
    for number, wave in enumerate(waves):
        dates[f"wave{number}-starts_on"] = wave.starts_on.isoformat()
        dates[f"wave{number}-ends_on"] = wave.ends_on.isoformat()
    options = {}
    for option in edition.options.all():
        options[f"{option.code}-offered"] = "on"
        options[f"{option.code}-price"] = str(option.price_cents / 100)
        options[f"{option.code}-free_quota"] = str(option.free_quota)
    opens, closes = (
        moment.astimezone(edition.zone).strftime("%Y-%m-%dT%H:%M")
        for moment in (edition.registration_opens_at, edition.registration_closes_at)
    )
    form = edition_form(
        slug=edition.slug,
        registration_opens_at=opens,
        registration_closes_at=closes,
        revision=str(edition.revision),
        **dates,
        **options,
    )
    form = {key: value for key, value in form.items() if not key.startswith("election0")}
    return {**form, **changes}
