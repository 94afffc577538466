"""What agents open: the welcome, the cards of a printed code, how anonymity is made, the gauge."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation.models import OutgoingMail
from parvis.foundation.readable_codes import in_groups
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.staff_polls import keys
from parvis.staff_polls.models import Ballot, StaffPoll
from parvis.staff_polls.operations.casting import cast_printed
from parvis.staff_polls.operations.launching import invite
from parvis.staff_polls.operations.releasing import close
from parvis.staff_polls.tests.factories import StaffPollFactory
from parvis.staff_polls.tests.voting import open_poll, printed_codes
from parvis.staff_polls.urls import agents

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("drawn_keys")]

# The same code, for a page that must not know whether it was printed.
NEVER_PRINTED = "ABCD-EFGH-JKMN"
FILLED_IN = {
    "carte-fierte": "1",
    "carte-accueil": "3",
    "carte-attente": "7",
    "carte-canal": "2",
    "carte-outils": ["2", "0"],
    "carte-ordre-0": "2",
    "carte-ordre-1": "3",
    "carte-ordre-2": "1",
    "carte-devinette": "8",
    "carte-souhait": "Des horaires 🙂\r\n<b>dehors</b>",
}
ANSWERED = {
    "fierte": 1,
    "accueil": 3,
    "attente": 7,
    "canal": 2,
    "outils": [0, 2],
    "ordre": [2, 0, 1],
    "devinette": 8,
    "souhait": "Des horaires 🙂\n<b>dehors</b>",
}


@pytest.fixture
def poll() -> StaffPoll:
    return open_poll(12, printed=3)


def address(name: str, poll: StaffPoll) -> str:
    return reverse(f"staff_polls:{name}", args=[poll.code])


def text_of(response: HttpResponse) -> str:
    page = re.sub(r"<(script|template|style).*?</\1>", "", response.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def answers_in(poll: StaffPoll) -> list[dict[str, Any]]:
    box = keys.Box(poll)
    with scopes_disabled():
        ballots = list(Ballot.objects.filter(poll=poll))
    return [json.loads(box.open(bytes(ballot.sealed), token=ballot.token)) for ballot in ballots]


# --- Every page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["landing", "anonymity", "reveal", "state"])
def test_a_page_tells_nobody_where_its_reader_was(client: Client, poll: StaffPoll, name: str):
    response = client.get(address(name, poll))
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


def test_who_is_signed_in_sees_what_everybody_sees(client: Client, poll: StaffPoll):
    client.force_login(PersonFactory())
    pages = [Client().get(address("landing", poll)), client.get(address("landing", poll))]
    assert pages[0].content == pages[1].content
    assert not pages[1].cookies


def test_every_address_of_agents_is_untraced():
    for pattern in agents.urlpatterns:
        path = reverse(f"staff_polls:{pattern.name}", args=["CODE"])
        assert path.startswith(tuple(settings.UNTRACED_PATHS))


@pytest.mark.parametrize("name", ["landing", "anonymity", "reveal", "state"])
@pytest.mark.parametrize("code", ["QQQQQQQQQQ", "\x00", "a" * 300, "é"])
def test_a_code_of_no_poll_leads_nowhere(client: Client, name: str, code: str):
    response = client.get(reverse(f"staff_polls:{name}", args=[code]))
    assert response.status_code == 404


@pytest.mark.parametrize("name", ["landing", "anonymity", "reveal", "state"])
def test_a_draft_is_shown_to_nobody(client: Client, name: str):
    assert client.get(address(name, StaffPollFactory())).status_code == 404


def test_the_code_is_read_however_it_is_typed(client: Client, poll: StaffPoll):
    typed = f"{poll.code[:5]}-{poll.code[5:]}".lower()
    assert client.get(reverse("staff_polls:landing", args=[typed])).status_code == 200


@pytest.mark.parametrize("name", ["landing", "anonymity", "reveal"])
@pytest.mark.parametrize("is_simulated", [True, False])
def test_pages_of_a_fictitious_body_say_so(client: Client, name: str, is_simulated: bool):
    poll = open_poll(12, organisation=OrganisationFactory(is_simulated=is_simulated, insee_code=""))
    content = client.get(address(name, poll)).content.decode()
    assert ('class="sim-banner"' in content) == is_simulated


def test_the_promise_is_on_every_page_with_a_link_to_how(client: Client, poll: StaffPoll):
    for name in ("landing", "reveal"):
        page = client.get(address(name, poll)).content.decode()
        assert f'href="{address("anonymity", poll)}"' in page
    assert "rien n’est montré de moins de 10 personnes" in text_of(
        client.get(address("landing", poll))
    )


# --- The welcome ---------------------------------------------------------------------------------


def player_data(response: HttpResponse) -> dict[str, Any]:
    found = re.search(r'<script id="poll-data"[^>]*>(.*?)</script>', response.content.decode())
    assert found
    return dict(json.loads(found[1]))


def test_the_welcome_gives_the_player_all_it_needs(client: Client, poll: StaffPoll):
    response = client.get(address("landing", poll))
    data = player_data(response)
    assert [card["key"] for card in data["cards"]] == list(ANSWERED)
    assert data["addresses"]["ballot"] == address("cast", poll)
    # Where the real figure of a guess comes from is not the device's business.
    assert "source" not in data["cards"][6]
    with scopes_disabled():
        assert list(data["keys"]) == [str(group.number) for group in poll.voting_groups()]
    assert "8 cartes" in text_of(response)


def test_an_agent_invited_by_mail_is_told_what_to_do_without_scripts(
    client: Client, poll: StaffPoll
):
    page = client.get(address("landing", poll)).content.decode()
    sentence = re.search(r"<noscript>(.*?)</noscript>", page, flags=re.S)
    assert sentence
    assert "demandez un code imprimé" in sentence[1]


def test_cards_cannot_close_the_block_that_holds_them(client: Client):
    document = {
        "cards": [{"key": "a", "kind": "agree", "text": "</script><script>alert(1)</script>"}]
    }
    poll = open_poll(12, document=document)
    response = client.get(address("landing", poll))
    assert b"<script>alert" not in response.content
    assert player_data(response)["cards"][0]["text"] == "</script><script>alert(1)</script>"


def test_a_poll_being_made_ready_asks_to_wait(client: Client, poll: StaffPoll):
    with scopes_disabled():
        StaffPoll.objects.filter(pk=poll.pk).update(state="preparing")
    assert "ouvre dans un instant" in text_of(client.get(address("landing", poll)))


def test_a_closed_poll_says_so_and_leads_to_the_reveal(client: Client, poll: StaffPoll):
    close(poll=poll, by=None)
    response = client.get(address("landing", poll))
    assert response.status_code == 410
    assert address("reveal", poll) in response.content.decode()
    # The player comes too: it clears the device.
    assert player_data(response)["state"] == "closed"


# --- A printed code, without scripts -------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFGH-JKM0", "<b>", "\x00" * 12])
def test_what_is_no_code_is_asked_again(client: Client, poll: StaffPoll, typed: str):
    response = client.post(address("landing", poll), {"code": typed})
    assert response.status_code == 422
    assert "Un code a douze signes" in text_of(response)
    assert b'aria-invalid="true"' in response.content


def test_a_code_opens_all_the_cards_whether_it_was_printed_or_not(client: Client, poll: StaffPoll):
    (code,) = printed_codes(poll, 1)
    pages = [
        client.post(address("landing", poll), {"code": typed}) for typed in (code, NEVER_PRINTED)
    ]
    texts = [text_of(page) for page in pages]
    assert texts[0] == texts[1]
    assert "Carte 8 sur 8" in texts[0]
    assert in_groups(code) in pages[0].content.decode()
    assert pages[0]["Cache-Control"] == "no-store"
    with scopes_disabled():
        assert not Ballot.objects.exists()


def test_the_form_fills_a_ballot(client: Client, poll: StaffPoll):
    (code,) = printed_codes(poll, 1)
    typed = in_groups(code).lower()
    response = client.post(address("cast", poll), {"code": typed, **FILLED_IN})
    assert response.status_code == 202
    assert "Merci" in text_of(response)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert answers_in(poll) == [ANSWERED]


def test_all_cards_may_be_passed(client: Client, poll: StaffPoll):
    (code,) = printed_codes(poll, 1)
    assert client.post(address("cast", poll), {"code": code}).status_code == 202
    assert answers_in(poll) == [{}]


def test_the_same_code_again_takes_the_place_of_the_former_ballot(client: Client, poll: StaffPoll):
    (code,) = printed_codes(poll, 1)
    for choice in ("0", "1"):
        client.post(address("cast", poll), {"code": code, "carte-fierte": choice})
    assert answers_in(poll) == [{"fierte": 1}]


def test_a_code_never_printed_is_refused_and_all_is_kept(client: Client, poll: StaffPoll):
    response = client.post(address("cast", poll), {"code": NEVER_PRINTED, **FILLED_IN})
    assert response.status_code == 403
    page = response.content.decode()
    assert "Ce code n’est pas connu" in text_of(response)
    assert "&lt;b&gt;dehors&lt;/b&gt;</textarea>" in page
    assert page.count(" checked") == 1 + 1 + 1 + 1 + 2 + 1
    assert page.count(" selected") == 3
    assert NEVER_PRINTED in page


WRONG = {
    "carte-fierte": "9",
    "carte-accueil": "-1",
    "carte-attente": "11",
    "carte-canal": "x",
    "carte-outils": ["0", "77"],
    "carte-ordre-0": "1",
    "carte-ordre-1": "1",
    "carte-devinette": "1e1",
    "carte-souhait": "é" * 501,
}


def test_errors_are_said_at_their_cards_and_all_is_kept(client: Client, poll: StaffPoll):
    (code,) = printed_codes(poll, 1)
    response = client.post(address("cast", poll), {"code": code, **WRONG})
    assert response.status_code == 422
    page = response.content.decode()
    for key in ANSWERED:
        assert f'href="#carte-{key}"' in page
        assert f'id="carte-{key}-erreur"' in page
    assert "Donnez à chaque proposition un rang, de 1 à 3" in text_of(response)
    assert "é" * 501 in page
    with scopes_disabled():
        assert not Ballot.objects.exists()


@pytest.mark.parametrize(("field", "wrong"), list(WRONG.items()))
def test_each_error_alone_is_enough(client: Client, poll: StaffPoll, field: str, wrong: Any):
    (code,) = printed_codes(poll, 1)
    sent = {**FILLED_IN, field: wrong}
    response = client.post(address("cast", poll), {"code": code, **sent})
    assert response.status_code == 422
    assert response.content.count(b'-erreur"><li>') == 1


def test_after_the_close_a_form_is_told_that_nothing_is_counted(client: Client, poll: StaffPoll):
    (code,) = printed_codes(poll, 1)
    close(poll=poll, by=None)
    response = client.post(address("cast", poll), {"code": code, **FILLED_IN})
    assert response.status_code == 410
    assert "n’est pas compté" in text_of(response)


def test_a_form_longer_than_any_ballot_is_told_so(client: Client, poll: StaffPoll):
    body = b"code=ABCDEFGHJKMN&carte-souhait=" + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = client.post(
        address("cast", poll), body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 413
    assert "Revenez en arrière" in text_of(response)


def test_a_code_longer_than_any_form_is_told_so(client: Client, poll: StaffPoll):
    body = b"code=" + b"A" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = client.post(
        address("landing", poll), body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 413
    assert "Revenez en arrière" in text_of(response)


def test_a_sentence_of_a_million_signs_comes_back_whole(client: Client, poll: StaffPoll):
    (code,) = printed_codes(poll, 1)
    response = client.post(address("cast", poll), {"code": code, "carte-souhait": "a" * 1_000_000})
    assert response.status_code == 422
    assert b"a" * 1_000_000 in response.content


def test_a_form_to_no_poll(client: Client):
    response = client.post(reverse("staff_polls:cast", args=["QQQQQQQQQQ"]), {"code": "x"})
    assert response.status_code == 404


def test_the_hour_of_the_close_is_that_of_the_body(client: Client, poll: StaffPoll):
    """Ten to midnight on Réunion, where it is ten to nine or ten in Paris."""
    poll.organisation.departement_code = "974"
    poll.organisation.save()
    poll.closes_at = datetime(2026, 12, 9, 19, 50, tzinfo=UTC)
    poll.save()
    assert "9 décembre à 23:50" in text_of(client.get(address("landing", poll)))


def test_the_mail_says_as_many_minutes_as_the_page(client: Client, poll: StaffPoll):
    with scopes_disabled():
        invite(poll=poll, base_url="https://barometre.exemple.fr")
    mail = OutgoingMail.objects.first()
    assert mail is not None
    assert "3 minutes environ" in mail.body
    assert "3 minutes environ" in text_of(client.get(address("landing", poll)))


# --- How anonymity is made, and the gauge --------------------------------------------------------


def test_the_keys_that_everybody_may_compare_are_shown(client: Client, poll: StaffPoll):
    shown = text_of(client.get(address("anonymity", poll)))
    (fingerprint,) = player_data(client.get(address("landing", poll)))["keys"].values()
    assert fingerprint in shown


def test_what_nothing_protects_is_said_to_those_who_answer(client: Client, poll: StaffPoll):
    shown = text_of(client.get(address("anonymity", poll)))
    for limit in ("messagerie", "liste truquée", "propres mots", "Un opérateur malhonnête"):
        assert limit in shown


def test_the_gauge_is_shut_until_enough_have_answered(client: Client, poll: StaffPoll):
    response = client.get(address("state", poll))
    content = response.json()
    assert content["state"] == "open"
    assert content["percent"] is None
    assert [one["percent"] for one in content["milestones"]] == [30, 50, 70]
    assert not any(one["unlocked"] for one in content["milestones"])
    assert "max-age=10" in response["Cache-Control"]
    assert len(response.content) < 600
    assert "10 au moins" in text_of(client.get(address("reveal", poll)))


def test_the_gauge_of_a_closed_poll_has_unlocked_everything(client: Client):
    poll = open_poll(10, printed=20)
    for code in printed_codes(poll, 20):
        cast_printed(poll_code=poll.code, code=code, answers={"fierte": 1})
    close(poll=poll, by=None)
    content = client.get(address("state", poll)).json()
    assert content["percent"] == 66
    assert all(one["unlocked"] for one in content["milestones"])
    shown = text_of(client.get(address("reveal", poll)))
    assert "Au moins 66 %" in shown
    assert "Débloqué" in shown


def test_a_whole_body_may_look_at_the_gauge_at_once(
    client: Client, poll: StaffPoll, django_assert_num_queries: Any
):
    client.get(address("state", poll))
    with django_assert_num_queries(1):
        client.get(address("state", poll))
