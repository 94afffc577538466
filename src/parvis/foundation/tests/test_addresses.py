"""Links that leave Parvis: the address of the installation first, that of a request otherwise."""

from __future__ import annotations

from django.test import RequestFactory

from parvis.foundation.addresses import absolute, site_address


def test_without_the_setting_a_page_gives_the_address_it_is_read_at(settings) -> None:
    settings.PUBLIC_ADDRESS = ""
    request = RequestFactory().get("/ecoute/", headers={"host": "localhost"}, secure=True)
    assert site_address(request) == "https://localhost"
    assert absolute("/avis/ABCDEFGH/", request) == "https://localhost/avis/ABCDEFGH/"


def test_without_the_setting_nor_a_request_there_is_no_link(settings) -> None:
    settings.PUBLIC_ADDRESS = ""
    assert site_address() == absolute("/ecoute/") == ""


def test_the_setting_comes_before_the_address_of_a_request(settings) -> None:
    settings.PUBLIC_ADDRESS = "https://barometre.exemple.fr"
    request = RequestFactory().get("/ecoute/", headers={"host": "localhost"})
    assert absolute("/ecoute/", request) == "https://barometre.exemple.fr/ecoute/"
    assert absolute("/ecoute/") == "https://barometre.exemple.fr/ecoute/"
