"""axe finds nothing on any page, in light and dark, at 320 and 1280 px; nothing scrolls sideways.

The pages are those of the access table (`tests/access/table.py`): each route that answers a page
is opened by one of the people it admits, on the two tenants' world that has contacts in every
state. 320 px is also 1280 px at a zoom of 400 %, so that a zoom of 200 % is inside what is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import Route

from parvis.accounts.tests.factories import PASSWORD
from parvis.mystery_audits.models import Answer
from tests.access import world as worlds
from tests.access.probe import address, none_wrong
from tests.access.table import EVERYBODY, SIGNED_IN, TABLE
from tests.access.table import Route as TableRoute
from tests.access.world import CRITERION, World
from tests.e2e.conftest import COLOUR_RULES, Reception, Visit

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.looks,
    pytest.mark.django_db(transaction=True),
]

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 700}
# Who looks at a page, the first admitted: each has a menu and pages of their own.
PERSONAS = (
    "visitor",
    "newcomer",
    "pending_a",
    "coordinator_a",
    "moderator_a",
    "citizen_a",
    "reviewer",
    "operator",
)
# Every persona has another first page and other pages of their own account.
OF_EACH = ("web:home", "accounts:profile", "accounts:second_factor")
# Routes that answer nothing to look at by themselves; what they lead to is in somebody's round.
NOT_PAGES = {
    "web:robots": "text",
    "web:favicon": "an image",
    "foundation:health": "JSON",
    "consultations:phase_document": "a file",
    "questionnaires:grid_json": "JSON",
    "accounts:export": "a file",
    "mystery_audits:evidence": "a file",
    "results:report": "a PDF",
    "results:export": "a file",
    "staff_polls:results_report": "a PDF",
    "staff_polls:results_csv": "a file",
    "staff_polls:results_xlsx": "a file",
    "staff_polls:result_image": "an image",
    "staff_polls:state": "JSON",
    "consultations:paper_print": "a PDF",
    "consultations:idea_points": "JSON",
    "consultations:idea_preview": "a piece of the map, which is looked at",
    "consultations:own_data": "a file",
    "consultations:archive": "a file",
    "consultations:result_file": "a PDF",
    "live_sessions:results_csv": "a file",
    "live_sessions:state": "JSON",
    "live_sessions:screen_state": "JSON",
    "live_sessions:console_state": "a piece of the console, which is looked at",
    "feedback:poster": "a PDF",
    "feedback:kiosk_worker": "a script",
    "feedback:sound": "a sound",
    "feedback:board_live": "a piece of the board, which is looked at",
    "feedback:day_counts_file": "a file",
    "feedback:month_counts_file": "a file",
    "feedback:export_file": "a file",
    "feedback:public_csv": "a file",
    "feedback:public_package": "JSON",
    "feedback:public_schema": "JSON",
    "api:openapi": "JSON",
    "mfa_login_webauthn": "JSON, or sends to the first page",
    "account_confirm_login_code": "sends away everybody: signing in is by link, not by code",
    "account_set_password": "sends away who has a password, as everybody does here",
    "mfa_reauthenticate_webauthn": "sends away who has no security key: see test_security_key.py",
}
# Reached by doing something first: each in a test of its own below.
ON_THE_WAY = {"organisations:suggestions", "mfa_authenticate", "mfa_reauthenticate"}


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.EVIDENCE_ROOT = tmp_path
    return worlds.build()


def examined(visit: Visit) -> list[str]:
    """All that is wrong with the page: both schemes, both widths."""
    page = visit.page
    page.set_viewport_size(WIDE)
    found = visit.faults("light") + visit.faults("dark", COLOUR_RULES) + visit.sideways()
    page.set_viewport_size(NARROW)
    found += visit.faults("dark") + visit.faults("light", COLOUR_RULES) + visit.sideways()
    page.set_viewport_size(WIDE)
    return found + visit.complaints()


def pages_of(role: str, world: World) -> Iterator[tuple[str, str]]:
    """The name and the address of each page this persona is the first to be admitted to."""
    for name, route in TABLE.items():
        if name in {*NOT_PAGES, *ON_THE_WAY} or role not in route.get:
            continue
        if name in OF_EACH or role == first_admitted(route, name):
            query = "&".join(
                f"{key}={one}"
                for key, value in route.query(world).items()
                for one in (value if isinstance(value, list) else [value])
            )
            yield name, address(name, route, world) + (f"?{query}" if query else "")


def first_admitted(route: TableRoute, name: str) -> str:
    # Signing in is for visitors: who is signed in is sent to the first page.
    if route.get == EVERYBODY and name != "account_logout":
        return "visitor"
    if route.get == SIGNED_IN or name == "account_logout":
        return "newcomer"
    return next((role for role in PERSONAS if role in route.get), "")


@pytest.mark.parametrize("role", PERSONAS)
def test_axe_finds_nothing_on_the_pages_of(role: str, world: World, reception: Reception):
    visit = reception.visit(person=world.people.get(role))
    if role in ("newcomer", "reviewer"):
        give_the_password_again(visit)
    found = []
    for name, path in pages_of(role, world):
        # A page that says what cannot be done now is a page as well.
        response = visit.page.goto(visit.base_url + path)
        assert response is not None
        assert response.status in (200, 409, 422), f"{name}: {response.status}"
        landed = visit.page.url.removeprefix(visit.base_url)
        assert landed.split("?")[0] == path.split("?")[0], f"{name} leads to {landed}"
        if name == "feedback:kiosk_app":
            # It opens its storage first; what it says meanwhile shows after three seconds.
            visit.page.locator("main h1").first.wait_for()
        found += examined(visit)
    none_wrong(found)


def give_the_password_again(visit: Visit) -> None:
    """Pages about one's own sign-in ask for it, once."""
    visit.open(reverse("account_reauthenticate"))
    none_wrong(examined(visit))
    visit.page.locator("main [type=password]").fill(PASSWORD)
    visit.press("Confirmer")


def test_every_page_is_looked_at_by_somebody(world: World):
    """The table's pages, less those named above, are all in somebody's round."""
    seen = {name for role in PERSONAS for name, _ in pages_of(role, world)}
    expected = {name for name, route in TABLE.items() if route.get}
    assert expected - seen == {*NOT_PAGES, *ON_THE_WAY}


def test_axe_finds_nothing_where_something_is_refused(world: World, reception: Reception):
    visitor, found = reception.visit(), []
    visitor.open("/nulle-part", status=404)
    found += examined(visitor)
    for code in (400, 500):
        # These pages are made without a request: they are put in the place of an address.
        answer = {
            "status": code,
            "body": render_to_string(f"web/errors/{code}.html"),
            "content_type": "text/html; charset=utf-8",
        }
        visitor.page.route(f"**/panne-{code}", partial(Route.fulfill, **answer))
        visitor.open(f"/panne-{code}", status=code)
        found += examined(visitor)
    visitor.open(reverse("account_login"))
    visitor.page.get_by_label("Adresse électronique").fill("personne@exemple.invalid")
    visitor.page.get_by_label("Mot de passe").fill("pas le bon mot de passe")
    visitor.press("Se connecter")
    found += refused(visitor)
    visitor.context.clear_cookies()
    visitor.press("Se connecter")
    assert "Erreur 403" in visitor.text
    found += examined(visitor)

    newcomer = reception.visit(person=world.people["newcomer"])
    newcomer.open(reverse("editions:board_list"), status=403)
    found += examined(newcomer)
    registration = reverse("editions:register", args=[world.edition.slug])
    newcomer.open(f"{registration}?organisation={world.free_body.pk}")
    leave_the_checks_to_the_server(newcomer)
    newcomer.press("Inscrire mon organisme")
    found += refused(newcomer)
    none_wrong(found)


def test_axe_finds_nothing_where_two_versions_meet(world: World, reception: Reception):
    operator, found = reception.visit(person=world.people["operator"]), []
    operator.open(reverse("editions:create"))
    leave_the_checks_to_the_server(operator)
    operator.press("Enregistrer le brouillon")
    found += refused(operator)
    operator.open(reverse("editions:edit", args=[world.draft.slug]))
    operator.page.get_by_label("Titre").fill("Un titre")
    world.draft.title = "Un autre titre"
    world.draft.revision += 1
    world.draft.save()
    operator.press("Enregistrer")
    assert "Un autre titre" in operator.text
    found += examined(operator)

    contact = world.a.contacts["in_progress"]
    citizen = reception.visit(person=world.people["citizen_a"])
    citizen.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    Answer.objects.create(contact=contact, criterion=CRITERION, value="no", revision=7)
    citizen.page.locator(f"[name='{CRITERION}'][value=yes]").check(force=True)
    citizen.page.get_by_role("button", name="Garder l’autre").wait_for()
    found += examined(citizen)
    citizen.press("Transmettre")
    found += refused(citizen)
    none_wrong(found)


def test_axe_finds_nothing_on_the_way_in_by_two_factors(world: World, reception: Reception):
    visit = reception.visit()
    visit.open(reverse("account_login"))
    visit.page.get_by_label("Adresse électronique").fill(world.people["operator"].email)
    visit.page.get_by_label("Mot de passe").fill(PASSWORD)
    visit.press("Se connecter")
    assert visit.page.url.endswith(reverse("mfa_authenticate"))
    found = examined(visit)
    visit = reception.visit(person=world.people["operator"])
    visit.open(reverse("mfa_reauthenticate"))
    found += examined(visit)
    give_the_password_again(visit)
    visit.open(reverse("mfa_generate_recovery_codes"))
    with visit.page.expect_navigation():
        visit.page.locator("main form button").first.click()
    assert visit.page.url.endswith(reverse("mfa_view_recovery_codes"))
    none_wrong(found + examined(visit))


def test_axe_finds_nothing_while_the_directory_suggests(world: World, reception: Reception):
    visit = reception.visit()
    visit.open(reverse("organisations:search"))
    visit.page.get_by_role("combobox").press_sequentially("ville")
    visit.page.get_by_role("option").first.wait_for()
    visit.page.keyboard.press("ArrowDown")
    none_wrong(examined(visit))


def test_axe_finds_nothing_at_the_door_of_the_demonstration(
    world: World, reception: Reception, settings: Any
):
    settings.DEMO = True
    visit = reception.visit()
    visit.open(reverse("web:demo_sign_in"))
    none_wrong(examined(visit))


def leave_the_checks_to_the_server(visit: Visit) -> None:
    """The browser's own balloons would come first."""
    visit.page.evaluate("document.querySelector('main form[method=post]').noValidate = true")


def refused(visit: Visit) -> list[str]:
    """Examine a form that came back: what is wrong comes first and has the focus."""
    assert visit.page.locator(".error-summary:focus").count() == 1, visit.text
    return examined(visit)
