"""The coordinator's page of results: what it says, to whom, and sentences hidden from agents."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import sign_in
from parvis.journal.models import Entry
from parvis.organisations.tests.factories import MandateFactory
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.tests.releases import closed_poll, group, running_poll, say, show

pytestmark = pytest.mark.django_db


def coordinator(poll: StaffPoll) -> Client:
    return sign_in(Client(), MandateFactory(confirmed=True, organisation=poll.organisation).person)


def page(poll: StaffPoll, client: Client | None = None) -> str:
    response = (client or coordinator(poll)).get(reverse("staff_polls:results", args=[poll.pk]))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


def test_before_the_first_reveal_the_page_says_when() -> None:
    text = page(running_poll())

    assert "Rien n’est encore dévoilé" in text
    assert "30\u00a0%" in text


def test_page_opens_with_what_is_certain() -> None:
    poll = closed_poll()
    show(poll, groups=[group(1, {}), group(2, {})])
    text = page(poll)

    assert text.index("Ce qui est certain") < text.index("Ce qu’il y a à faire")
    assert "Au moins 60 agents sur 100 ont répondu" in text
    assert "Ce qui tient\u00a0: «\u00a0Je suis fier de l’accueil que nous offrons\u00a0»" in text
    assert "Ce qui ne va pas\u00a0: «\u00a0Le temps d’attente au téléphone est…\u00a0»" in text
    assert "trop peu de réponses" in text
    # Every chart has its table.
    assert text.count('<figure class="chart">') == text.count("chart-figures") > 4


def test_identifiers_of_the_page_are_unique() -> None:
    poll = closed_poll()
    show(poll)
    say(poll, *(f"Phrase {number}" for number in range(12)))
    identifiers = re.findall(r'\bid="([^"]+)"', page(poll))

    assert len(identifiers) == len(set(identifiers))


def test_interim_page_has_no_group_and_no_sentence() -> None:
    poll = running_poll()
    show(poll, is_final=False)
    text = page(poll)

    assert "lors de la première révélation" in text
    assert "Les phrases des agents" not in text
    assert "Participation par service" not in text


def test_written_text_is_never_markup() -> None:
    poll = closed_poll()
    show(poll)
    say(poll, "<script>alert(1)</script>", *["Autre"] * 11)

    assert "<script>alert(1)" not in page(poll)


def test_another_body_sees_nothing() -> None:
    poll = closed_poll()
    show(poll)
    (sentence, *_others) = say(poll, "Phrase")
    stranger = coordinator(closed_poll())

    assert stranger.get(reverse("staff_polls:results", args=[poll.pk])).status_code == 404
    hide = reverse("staff_polls:hide_sentence", args=[poll.pk, sentence.pk])
    assert stranger.post(hide).status_code == 404
    sentence.refresh_from_db()
    assert not sentence.is_hidden


def test_hide_and_show_a_sentence() -> None:
    poll = closed_poll()
    show(poll)
    (sentence,) = say(poll, "Une phrase qui blesse")
    client = coordinator(poll)
    address = reverse("staff_polls:hide_sentence", args=[poll.pk, sentence.pk])

    for _twice in range(2):
        assert client.post(address).status_code == 302
    sentence.refresh_from_db()
    assert sentence.is_hidden
    assert "Une phrase qui blesse" in page(poll, client)
    client.post(address, {"show": "1"})
    sentence.refresh_from_db()
    assert not sentence.is_hidden
    acts = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert acts == ["staff_poll.sentence_hidden", "staff_poll.sentence_shown"]


def test_unknown_sentence() -> None:
    poll = closed_poll()
    address = reverse("staff_polls:hide_sentence", args=[poll.pk, uuid4()])

    assert coordinator(poll).post(address).status_code == 404
