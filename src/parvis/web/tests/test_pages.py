"""The pages anybody may read, their weight, and the error pages."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.tests.factories import EditionFactory
from parvis.web.views import errors

pytestmark = pytest.mark.django_db

PUBLIC_PAGES = ["home", "about", "accessibility", "legal", "personal_data"]


def transferred_bytes(html: bytes) -> int:
    """What a first visit transfers, as a compressing server sends it.

    Images of masks are left out: a browser fetches those of the components it meets, some 200
    bytes each.
    """
    text = html.decode()
    addresses = set(re.findall(r'(?:href|src)="/static/([^"]+)"', text))
    total = len(gzip.compress(html))
    fonts: set[str] = set()
    modules = [address for address in addresses if address.endswith(".js")]
    while modules:
        found = finders.find(modules.pop())
        assert isinstance(found, str)
        with open(found, encoding="utf-8") as file:
            folder = found.rsplit("/static/", 1)[1].rsplit("/", 1)[0]
            for name in re.findall(r'from "\./([^"]+)"', file.read()):
                addresses.add(f"{folder}/{name}")
    for address in addresses:
        path = finders.find(address)
        assert isinstance(path, str), address
        with open(path, "rb") as file:
            content = file.read()
        if address.endswith(".css"):
            faces = re.findall(rb'fonts/([\w-]+-latin-\d+-normal\.woff2)"', content)
            fonts |= {f"foundation/fonts/{face.decode()}" for face in faces}
        if address.endswith(".woff2"):
            fonts.add(address)
        else:
            total += len(gzip.compress(content))
    for font in fonts:
        path = finders.find(font)
        assert isinstance(path, str), font
        with open(path, "rb") as file:
            total += len(file.read())
    return total


@pytest.mark.parametrize("name", PUBLIC_PAGES)
def test_anybody_may_read_a_public_page_in_both_languages(client: Client, name: str) -> None:
    page = client.get(reverse(f"web:{name}"))
    assert page.status_code == 200
    assert '<html lang="fr">' in page.content.decode()

    english = client.get(reverse(f"web:{name}"), headers={"accept-language": "en"})
    assert '<html lang="en">' in english.content.decode()


@pytest.mark.parametrize("name", PUBLIC_PAGES)
def test_a_page_has_one_title_one_main_and_nothing_inline(client: Client, name: str) -> None:
    html = client.get(reverse(f"web:{name}")).content.decode()

    assert html.count("<h1") == 1
    assert html.count("<main ") == 1
    assert re.search(r"<title>\s*\S", html)
    assert 'class="skip-link" href="#contenu"' in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\s(?:style|on\w+)=", html)


@pytest.mark.parametrize("name", PUBLIC_PAGES)
def test_a_public_page_weighs_less_than_sixty_kilobytes(client: Client, name: str) -> None:
    EditionFactory(open=True)
    page = client.get(reverse(f"web:{name}"))

    assert 20_000 < transferred_bytes(page.content) < 60_000


def test_a_workspace_page_weighs_less_than_250_kilobytes(client: Client) -> None:
    sign_in(client, PersonFactory(operator=True))
    page = client.get(reverse("web:home"))

    assert b"htmx.min.js" in page.content
    assert 40_000 < transferred_bytes(page.content) < 250_000


def test_the_home_page_shows_open_editions_and_no_draft(client: Client) -> None:
    EditionFactory(open=True, title="Édition du printemps")
    EditionFactory(title="Brouillon secret")

    html = client.get(reverse("web:home")).content.decode()

    assert "Édition du printemps" in html
    assert "Inscriptions ouvertes" in html
    assert "Brouillon secret" not in html


def test_the_number_of_queries_of_the_home_page_is_constant(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    EditionFactory.create_batch(6, open=True)

    with django_assert_max_num_queries(1):
        client.get(reverse("web:home"))


def test_the_accessibility_statement_claims_no_audit(client: Client) -> None:
    html = client.get(reverse("web:accessibility")).content.decode()

    assert "non conforme" in html
    assert "Aucun audit" in html
    assert "Défenseur des droits" in html


@override_settings(DEMO=False, PUBLICATION_DIRECTOR="", HOSTING_PROVIDER="Hébergeur, 1 rue du Lac")
def test_the_legal_notice_gives_what_is_set_and_says_what_is_missing(client: Client) -> None:
    html = client.get(reverse("web:legal")).content.decode()

    assert "Hébergeur, 1 rue du Lac" in html
    assert html.count("non renseigné par l’éditeur") == 1


def test_the_personal_data_page_is_the_register(client: Client) -> None:
    html = client.get(reverse("web:personal_data")).content.decode()

    assert "adresse électronique" in html
    assert "l’opérateur du baromètre" in html


def test_robots_and_the_icon(client: Client) -> None:
    robots = client.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert b"Disallow: /resultats/" in robots.content
    assert client.get("/favicon.ico")["Location"].endswith("favicon.svg")


def test_an_absent_page_answers_404_with_a_way_out(client: Client) -> None:
    page = client.get("/nulle-part/")

    assert page.status_code == 404
    assert "Aller à l’accueil" in page.content.decode()


def test_a_refusal_gives_its_reason(rf: RequestFactory) -> None:
    page = errors.permission_denied(rf.get("/"), PermissionError("Parce que <b>non</b>."))

    assert page.status_code == 403
    assert "Parce que &lt;b&gt;non&lt;/b&gt;." in page.content.decode()


def test_an_expired_form_is_explained() -> None:
    page = Client(enforce_csrf_checks=True).post(reverse("web:set_language"), {"language": "en"})

    assert page.status_code == 403
    assert "Ce formulaire a expiré" in page.content.decode()


@override_settings(ALLOWED_HOSTS=["parvis.example"])
def test_a_request_for_another_host_answers_400_without_a_session(client: Client) -> None:
    page = client.get("/", headers={"host": "evil.example"})

    assert page.status_code == 400
    assert "Cette demande n’a pas pu être lue" in page.content.decode()


class Unreadable(HttpRequest):
    """A request of which any look at the session or the person fails."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"the error page read request.{name}")


def test_the_failure_page_reads_neither_request_nor_database(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(0):
        page = errors.server_error(Unreadable())
        other = errors.bad_request(Unreadable(), Http404())

    assert page.status_code == 500
    assert "Une panne nous empêche de répondre" in page.content.decode()
    assert other.status_code == 400
