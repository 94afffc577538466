"""What a first visit transfers: 60 kB at most for a public page, 250 kB in the workspace.

Counted as in service: style sheets, scripts and drawings compressed by gzip, as WhiteNoise stores
them there and the tests' server does not; all else as it comes through the wire, the page itself
included. Response headers are not counted.
"""

from __future__ import annotations

import gzip

import pytest
from django.urls import reverse
from playwright.sync_api import Response

from parvis.accounts.tests.factories import PersonFactory
from parvis.mystery_audits.tests.factories import ContactFactory
from parvis.results.tests.factories import small_barometer
from tests.e2e.conftest import PHONE, Reception, Visit

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.looks,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

PUBLIC_BYTES, WORKSPACE_BYTES = 60_000, 250_000
COMPRESSED = (".css", ".js", ".svg")


def transferred(response: Response) -> int:
    if response.url.split("?")[0].endswith(COMPRESSED):
        return len(gzip.compress(response.body()))
    return response.request.sizes()["responseBodySize"]


def weight(visit: Visit, path: str) -> int:
    """Bytes of a first visit of this page, fonts and what scripts fetch included."""
    seen: list[Response] = []
    visit.page.on("response", lambda response: seen.append(response))
    visit.open(path)
    visit.page.evaluate("document.fonts.ready.then(() => true)")
    assert any("woff2" in response.url for response in seen)
    assert any(response.url.endswith(".css") for response in seen)
    return sum(transferred(response) for response in seen)


def test_public_pages_are_light(reception: Reception):
    barometer = small_barometer(organisations=8)
    barometer.publish()
    edition = barometer.edition
    pages = [
        reverse("web:home"),
        reverse("web:about"),
        reverse("web:accessibility"),
        reverse("web:legal"),
        reverse("web:personal_data"),
        reverse("editions:public_list"),
        reverse("editions:public_detail", args=[edition.slug]),
        reverse("editions:method", args=[edition.slug]),
        reverse("results:national", args=[edition.slug]),
        reverse("questionnaires:grid", args=[edition.grid_id]),
        reverse("organisations:search"),
        reverse("account_login"),
    ]
    weights = {page: weight(reception.visit(), page) for page in pages}
    assert {page: size for page, size in weights.items() if size > PUBLIC_BYTES} == {}


def test_workspace_pages_are_light_enough(reception: Reception):
    barometer = small_barometer(organisations=8)
    publication = barometer.publish()
    contact = ContactFactory()
    operator, coordinator = PersonFactory(operator=True), barometer.coordinators[0]
    pages = [
        (operator, reverse("editions:board", args=[barometer.edition.slug])),
        (operator, reverse("mystery_audits:wave", args=[barometer.waves[0].pk])),
        (operator, reverse("editions:create")),
        (coordinator, reverse("results:sheet", args=[publication.pk])),
        (contact.mystery_citizen.person, reverse("mystery_audits:my_contacts")),
        (
            contact.mystery_citizen.person,
            reverse("mystery_audits:contact_form", args=[contact.pk]),
        ),
    ]
    weights = {path: weight(reception.visit(PHONE, person), path) for person, path in pages}
    assert {path: size for path, size in weights.items() if size > WORKSPACE_BYTES} == {}
