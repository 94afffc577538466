"""The report, the spreadsheets and the images say what the page says, and run nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from xml.etree import ElementTree

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import sign_in
from parvis.documents.tests.test_xlsx import sheets_of
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.results.cards import card_views
from parvis.staff_polls.results.page import read_results
from parvis.staff_polls.tests.factories import every_kind
from parvis.staff_polls.tests.releases import closed_poll, group, running_poll, say, show

pytestmark = pytest.mark.django_db
GROUP_TABLE = {"fierte": {"answers": 20, "shares": [[[15, 0], [75, 0], [10, -1]]]}}


def coordinator(poll: StaffPoll) -> Client:
    return sign_in(Client(), MandateFactory(confirmed=True, organisation=poll.organisation).person)


def get(poll: StaffPoll, name: str, *args: str) -> bytes:
    response = coordinator(poll).get(reverse(f"staff_polls:{name}", args=[poll.pk, *args]))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    content: bytes = response.content
    return content


def lines(poll: StaffPoll) -> list[list[str]]:
    text = get(poll, "results_csv").decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_export_says_what_the_page_says() -> None:
    poll = closed_poll()
    show(poll, groups=[group(1, GROUP_TABLE), group(2, {})])
    found = read_results(poll)
    assert found is not None
    exported = {(line[0], line[1], line[2]): line[3] for line in lines(poll)[1:]}

    for view in card_views(found):
        for row in view.options:
            assert exported["Tous", view.figures.card.text, row.label] == row.share
    text = "Je suis fier de l’accueil que nous offrons."
    assert exported["Service 1", text, "D’accord"] == "environ 75\u00a0%"
    assert not any(key[0] == "Service 2" for key in exported)


def test_workbook_holds_the_same_lines() -> None:
    poll = closed_poll()
    show(poll)
    (rows,) = sheets_of(get(poll, "results_xlsx")).values()

    assert [row[:4] for row in rows] == [line[:4] for line in lines(poll)]


def test_no_cell_is_a_formula() -> None:
    document = every_kind()
    document["cards"][3]["text"] = "=1+1"
    document["cards"][3]["options"][0]["text"] = "@SUM(A1)"
    poll = closed_poll(document=document)
    show(poll)

    for line in lines(poll):
        assert not any(cell.startswith(("=", "@", "+")) for cell in line)
    with zipfile.ZipFile(io.BytesIO(get(poll, "results_xlsx"))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_report_is_tagged_and_says_what_is_certain() -> None:
    poll = closed_poll(title="Baromètre de mai")
    show(poll, groups=[group(1, GROUP_TABLE), group(2, {})])
    (hidden, *_others) = say(poll, "Une phrase qui blesse", *["Ouvrir plus tôt 🙂 <b>"] * 11)
    hidden.is_hidden = True
    hidden.save()
    content = get(poll, "results_report")
    reader = pypdf.PdfReader(io.BytesIO(content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())

    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] == True  # noqa: E712  # a PDF object
    assert reader.metadata is not None
    assert reader.metadata.title == "Baromètre de mai"
    assert "Au moins 60 agents sur 100 ont répondu" in text
    assert "trop peu de réponses" in text
    assert "Ouvrir plus tôt" in text
    assert "Une phrase qui blesse" not in text
    assert get(poll, "results_report") == content


def test_report_holds_as_many_cards_as_a_poll_may_have() -> None:
    text = "Une question aussi longue qu’une carte le permet, ou peu s’en faut, " * 2
    cards = [{"key": f"carte-{rank}", "kind": "smiley", "text": text} for rank in range(50)]
    poll = closed_poll(document={"cards": cards})
    table = {"release": 1, "answers": 60, "counts": [[10, 20, 20, 10]]}
    coarse = {"answers": 20, "shares": [[[15, 0], [55, 0], [20, 0], [10, -1]]]}
    shown = {card["key"]: table for card in cards}
    of_group = {card["key"]: coarse for card in cards}
    show(poll, shown, groups=[group(rank, of_group) for rank in range(1, 4)])
    reader = pypdf.PdfReader(io.BytesIO(get(poll, "results_report")))

    assert len(reader.pages) > 20
    for page in reader.pages:
        assert page.extract_text().strip()


def test_interim_report_is_made_too() -> None:
    poll = running_poll()
    show(poll, is_final=False)

    assert get(poll, "results_report").startswith(b"%PDF")


@pytest.mark.parametrize(
    "card", ["fierte", "accueil", "attente", "canal", "outils", "ordre", "devinette"]
)
def test_image_of_each_kind_stands_alone(card: str) -> None:
    poll = closed_poll(title="<b>Mai</b> & juin")
    show(poll)
    content = get(poll, "result_image", card)
    root = ElementTree.fromstring(content)

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("height")) == ("1600", "900")
    for gone in (b"href", b"<style", b"class=", b"url(", b"<script"):
        assert gone not in content
    assert "<b>Mai</b> & juin" in "".join(root.itertext())


@pytest.mark.parametrize("is_simulated", [True, False])
def test_image_of_a_fictitious_body_says_so(is_simulated: bool) -> None:
    body = OrganisationFactory(is_simulated=is_simulated, insee_code="")
    poll = closed_poll(organisation=body)
    show(poll)

    assert ("organisme fictif" in get(poll, "result_image", "fierte").decode()) == is_simulated


def test_image_of_a_coarse_card_draws_no_bar() -> None:
    poll = closed_poll()
    show(poll, {"canal": {"release": 1, "answers": 60, "shares": [[[90, 1], [10, -1], [10, -1]]]}})
    content = get(poll, "result_image", "canal").decode()

    assert "au moins 90\u00a0%" in content
    assert content.count("<svg") == 1


@pytest.mark.parametrize("name", ["results_report", "results_csv", "results_xlsx"])
def test_nothing_to_give_before_the_first_reveal(name: str) -> None:
    poll = running_poll()

    address = reverse(f"staff_polls:{name}", args=[poll.pk])
    assert coordinator(poll).get(address).status_code == 404


def test_card_that_is_not_shown_has_no_image() -> None:
    poll = closed_poll()
    show(poll, {})

    address = reverse("staff_polls:result_image", args=[poll.pk, "fierte"])
    assert coordinator(poll).get(address).status_code == 404
