"""What a first visit transfers: 60 kB at most for a public page, 250 kB in the workspace.

Counted as in service: style sheets, scripts, words and drawings compressed by gzip, as WhiteNoise
stores them there and the tests' server does not; all else as it comes through the wire, the page
itself included. Response headers are not counted.
"""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Response

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.tests.factories import RegistrationFactory
from parvis.feedback.idea_links import token_of
from parvis.feedback.tests.comment_factories import CommentFactory, the_idea
from parvis.feedback.tests.exchange_data import add_counts
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.feedback.tests.test_coordinator_pages import tick_option
from parvis.mystery_audits.tests.factories import ContactFactory
from parvis.results.tests.factories import small_barometer
from tests.e2e.conftest import PHONE, Reception, Visit

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.looks,
    pytest.mark.django_db(transaction=True),
]

PUBLIC_BYTES, WORKSPACE_BYTES = 60_000, 250_000
COMPRESSED = (".css", ".js", ".json", ".svg", ".webmanifest")


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


def test_what_citizens_open_to_give_and_to_read_is_light(reception: Reception):
    """Each on a phone of its own, faces and language switch included."""
    touchpoint = TouchpointFactory()
    body = touchpoint.organisation_id
    for _rank in range(20):
        CommentFactory(touchpoint=touchpoint, published=True)
        idea = the_idea(touchpoint=touchpoint)
    pages = [
        reverse("feedback:give", args=[touchpoint.code]),
        reverse("feedback:you_said", args=[body]),
        reverse("feedback:public_ideas", args=[body]),
        reverse("feedback:support_idea", args=[idea.pk]),
        reverse("feedback:idea_followed", args=[token_of(idea.comment.answer_id)]),
        reverse("feedback:similar_ideas", args=[touchpoint.code]),
    ]
    weights = {page: weight(reception.visit(PHONE), page) for page in pages}
    assert {page: size for page, size in weights.items() if size > PUBLIC_BYTES} == {}


def test_the_kiosk_is_light(reception: Reception):
    """The page, its modules, its styles and its font; its worker then keeps the same files."""
    size = weight(reception.visit(), reverse("feedback:kiosk_app"))
    assert size <= PUBLIC_BYTES


def test_pages_of_the_body_that_listens_are_light_enough(reception: Reception):
    registration = RegistrationFactory(confirmed=True)
    tick_option(registration)
    coordinator = registration.submitted_by
    touchpoint = TouchpointFactory(organisation=registration.organisation)
    for rank in range(60):
        add_counts(touchpoint, {0: 2, 3: 9}, day=timezone.localdate() - timedelta(days=rank))
    comments = [CommentFactory(touchpoint=touchpoint) for _rank in range(30)]
    pages = [
        reverse("feedback:home"),
        reverse("feedback:touchpoint", args=[touchpoint.pk]),
        reverse("feedback:questionnaire", args=[touchpoint.questionnaire_id]),
        f"{reverse('feedback:board')}?periode=90j",
        reverse("feedback:comments"),
        reverse("feedback:comment", args=[comments[0].pk]),
        reverse("feedback:open_data"),
        reverse("feedback:exports"),
        reverse("api:documentation"),
    ]
    weights = {path: weight(reception.visit(PHONE, coordinator), path) for path in pages}
    assert {path: size for path, size in weights.items() if size > WORKSPACE_BYTES} == {}
