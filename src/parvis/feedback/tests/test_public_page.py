"""The public page of a touchpoint: stored before thanked, once, without a cookie."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.feedback.default_document import default_document
from parvis.feedback.enums import DeviceKind, TimeQuality
from parvis.feedback.idea_links import answer_of
from parvis.feedback.ingestion import BusyError
from parvis.feedback.models import Answer, Comment, Device, KeptApart, Receipt, Touchpoint
from parvis.feedback.operations import giving
from parvis.feedback.operations.questionnaires import publish
from parvis.feedback.tests.factories import QuestionnaireFactory, TouchpointFactory, the_version
from parvis.feedback.views import citizen
from parvis.feedback.visit_tokens import LIFE_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_tenants():
    with scopes_disabled():
        yield


class Citizen:
    """Somebody with a phone: what they see, and what the page would send."""

    def __init__(self, touchpoint: Touchpoint, language: str = "fr") -> None:
        self.client = Client(headers={"accept-language": language})
        self.address = reverse("feedback:give", args=[touchpoint.code])
        self.response: Any = None
        self.get(self.address)

    def get(self, address: str) -> None:
        self.response = self.client.get(address)

    @property
    def page(self) -> str:
        return html.unescape(self.response.content.decode())

    @property
    def title(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page, re.S)
        assert found
        return re.sub(r"<[^>]*>", "", found[1]).strip()

    @property
    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]*)"', self.page)
        assert found, self.page
        return found[1]

    def send(self, **content: Any) -> Any:
        """Post the form shown, without following where it leads."""
        action = re.search(r'<form method="post" action="([^"]*)"', self.page)
        assert action
        return self.client.post(self.address + action[1], {"token": self.token, **content})

    def press(self, **content: Any) -> None:
        self.response = self.send(**content)
        assert self.response.status_code == 303, self.page
        self.get(self.response["Location"])


def test_a_visit_from_the_face_to_the_thanks():
    touchpoint = TouchpointFactory()
    somebody = Citizen(touchpoint)
    assert somebody.title.startswith("Comment s’est passée votre visite aujourd’hui")
    somebody.press(value="1")
    smiley = Answer.objects.get()
    assert (smiley.value, smiley.level, smiley.sequence) == (1, -1, 0)
    assert smiley.time_quality == TimeQuality.EXACT
    assert smiley.version == the_version(touchpoint.questionnaire)
    assert smiley.device == Device.objects.get(touchpoint=touchpoint, kind=DeviceKind.LINK)
    somebody.press(value=["0", "4"])
    somebody.press(text="Trop long 😀 <b>x</b>\r\nmerci\x00")
    somebody.press(skip="1")
    assert somebody.title == "Merci\u00a0! Votre avis est enregistré."
    reasons = Answer.objects.get(question__key="reasons")
    assert (reasons.value, reasons.level, reasons.visit) == (2**0 + 2**4, 1, smiley.visit)
    assert Comment.objects.get().raw_text == "Trop long 😀 <b>x</b>\nmerci"
    assert Answer.objects.count() == 3
    assert "/idees/suivi/" not in somebody.page
    you_said = reverse("feedback:you_said", args=[touchpoint.organisation_id])
    assert you_said in somebody.page
    assert somebody.client.get(you_said).status_code == 200


def test_no_answer_sets_a_cookie():
    somebody = Citizen(TouchpointFactory())
    for content in ({"value": "3"}, {"skip": "1"}, {"text": "Bien"}, {"text": "Une idée"}):
        somebody.press(**content)
    assert not somebody.client.cookies
    assert Answer.objects.count() == 3


def test_the_same_press_sent_twice_is_one_answer():
    somebody = Citizen(TouchpointFactory())
    token = somebody.token
    first = somebody.client.post(somebody.address, {"token": token, "value": "2"})
    again = somebody.client.post(somebody.address, {"token": token, "value": "2"})
    assert (first.status_code, again.status_code) == (303, 303)
    assert (Answer.objects.count(), Receipt.objects.count(), KeptApart.objects.count()) == (1, 1, 0)


def test_another_face_on_the_same_page_is_kept_apart():
    """Back, then another face: the first counts, and nothing is lost of the other."""
    somebody = Citizen(TouchpointFactory())
    token = somebody.token
    for value in ("2", "0"):
        somebody.client.post(somebody.address, {"token": token, "value": value})
    assert [answer.value for answer in Answer.objects.all()] == [2]
    assert KeptApart.objects.get().content["value"] == 0


def test_two_visits_are_two_visits():
    touchpoint = TouchpointFactory()
    for _rank in range(2):
        Citizen(touchpoint).press(value="2")
    assert Answer.objects.values("visit").distinct().count() == 2


def test_an_idea_gets_its_private_link():
    somebody = Citizen(TouchpointFactory())
    somebody.press(value="3")
    somebody.press(skip="1")
    somebody.press(skip="1")
    somebody.press(text="Un banc devant la mairie")
    found = re.search(r"/idees/suivi/([^/\"]+)/", somebody.page)
    assert found
    assert answer_of(found[1]) == Comment.objects.get().answer_id


def test_reasons_are_those_of_the_face():
    document = default_document()
    document["steps"][1]["options"] = [
        {"code": 7, "text": {"fr": "Une plainte", "en": "A complaint"}, "levels": [0, 1]},
        {"code": 9, "text": {"fr": "Un merci", "en": "Thanks"}, "levels": [0, 1]},
    ]
    touchpoint = TouchpointFactory(questionnaire=QuestionnaireFactory(draft=document))
    unhappy = Citizen(touchpoint)
    unhappy.press(value="0")
    assert "Une plainte" in unhappy.page
    assert "Étape 1 sur 3" in unhappy.page
    happy = Citizen(touchpoint)
    happy.press(value="3")
    assert happy.title.startswith("Voulez-vous en dire plus")
    assert "Étape 1 sur 2" in happy.page


def test_a_text_over_the_limit_is_kept_on_the_page():
    somebody = Citizen(TouchpointFactory())
    somebody.press(value="3")
    somebody.press(skip="1")
    response = somebody.send(text="é" * 2001)
    assert response.status_code == 422
    assert "é" * 2001 in response.content.decode()
    assert "2000 caractères au plus" in response.content.decode()
    assert not Comment.objects.exists()
    somebody.press(text="é" * 2000)
    assert Comment.objects.exists()


@pytest.mark.parametrize(
    "content",
    [{}, {"value": ""}, {"value": "4"}, {"value": "-1"}, {"value": "٣"}, {"value": "9" * 400}],
)
def test_a_face_that_does_not_exist_is_asked_again(content: dict[str, str]):
    somebody = Citizen(TouchpointFactory())
    response = somebody.send(**content)
    assert response.status_code == 422
    assert "give-faces" in response.content.decode()
    assert not Receipt.objects.exists()


def test_an_option_of_another_question_is_not_taken():
    somebody = Citizen(TouchpointFactory())
    somebody.press(value="3")
    assert somebody.send(value=["17"]).status_code == 422
    somebody.press(value=["17", "2"])
    assert Answer.objects.get(question__key="reasons").value == 2**2


def test_what_fills_in_the_trap_is_not_thanked():
    somebody = Citizen(TouchpointFactory())
    assert somebody.send(value="0", site_web="http://spam.example").status_code == 422
    assert not Receipt.objects.exists()


def test_a_token_made_up_or_of_another_touchpoint_begins_again():
    touchpoint, other = TouchpointFactory(), TouchpointFactory()
    somebody = Citizen(touchpoint)
    for token in ("", "x", "é:ü", Citizen(other).token, somebody.token[:-1]):
        response = somebody.client.post(somebody.address, {"token": token, "value": "2"})
        assert response.status_code == 422
        assert "give-faces" in response.content.decode()
    assert not Receipt.objects.exists()


def test_a_page_left_open_for_a_day_keeps_what_was_written(monkeypatch: pytest.MonkeyPatch):
    somebody = Citizen(TouchpointFactory())
    somebody.press(value="3")
    somebody.press(skip="1")
    now = signing.time.time()
    with monkeypatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: now + LIFE_SECONDS + 1)
        response = somebody.send(text="Écrit hier")
        assert response.status_code == 422
        assert "Écrit hier" in response.content.decode()
        somebody.response = response
        somebody.press(text="Écrit hier")
    comment = Comment.objects.get()
    assert comment.visit == Answer.objects.get(question__key="satisfaction").visit


def test_the_questions_stay_those_the_visit_began_with():
    touchpoint = TouchpointFactory()
    somebody = Citizen(touchpoint)
    begun = the_version(touchpoint.questionnaire)
    publish(questionnaire=touchpoint.questionnaire, by=None)
    somebody.press(value="3")
    assert Answer.objects.get().version == begun


def test_the_language_is_the_readers_and_can_be_changed_on_the_way():
    somebody = Citizen(TouchpointFactory(), "de, en;q=0.5")
    assert '<html lang="en" dir="ltr">' in somebody.page
    somebody.press(value="3")
    french = re.search(r'href="(\?langue=fr&suite=[^"]*)"', somebody.page)
    assert french
    somebody.get(somebody.address + french[1])
    assert somebody.title.startswith("Qu’est-ce qui a compté")
    somebody.press(value=["1"])
    languages = Answer.objects.values_list("question__key", "language")
    assert dict(languages) == {"satisfaction": "en", "reasons": "fr"}


def test_a_right_to_left_language_turns_the_page():
    document = default_document()
    document["languages"] = ["fr", "ar"]
    document = json.loads(json.dumps(document).replace('"en": "', '"ar": "'))
    touchpoint = TouchpointFactory(questionnaire=QuestionnaireFactory(draft=document))
    somebody = Citizen(touchpoint)
    somebody.get(somebody.address + "?langue=ar")
    assert '<html lang="ar" dir="rtl">' in somebody.page
    assert "العربية" in somebody.page


def test_an_unknown_code_says_what_to_check():
    response = Client(headers={"accept-language": "fr"}).get("/avis/QQQQQQQQ/")
    assert response.status_code == 404
    assert "scannez-la de nouveau" in response.content.decode()


def test_a_code_is_read_with_mercy():
    TouchpointFactory(code="ABCDEFGH")
    for typed in ("ABCDEFGH", "abcdefgh", "abcd-efgh"):
        assert Client().get(f"/avis/{typed}/").status_code == 200


def test_a_closed_touchpoint_names_the_body():
    touchpoint = TouchpointFactory(closed_at=timezone.now())
    response = Client(headers={"accept-language": "fr"}).get(f"/avis/{touchpoint.code}/")
    assert response.status_code == 410
    assert touchpoint.organisation.name in html.unescape(response.content.decode())
    assert Client().post(f"/avis/{touchpoint.code}/", {"value": "1"}).status_code == 410


def test_a_touchpoint_without_published_questions_says_so():
    touchpoint = TouchpointFactory(questionnaire=QuestionnaireFactory(published=False))
    response = Client(headers={"accept-language": "fr"}).get(f"/avis/{touchpoint.code}/")
    assert response.status_code == 404
    assert "pas encore ouvert" in response.content.decode()


def test_a_busy_server_keeps_the_text_on_the_page(monkeypatch: pytest.MonkeyPatch):
    somebody = Citizen(TouchpointFactory())
    somebody.press(value="3")
    somebody.press(skip="1")

    def busy(*_: object) -> None:
        raise BusyError

    with monkeypatch.context() as patch:
        patch.setattr(giving, "submit", busy)
        response = somebody.send(text="Patience")
    assert response.status_code == 503
    assert response["Retry-After"] == str(citizen.RETRY_AFTER_SECONDS)
    assert "Patience" in response.content.decode()
    somebody.press(text="Patience")
    assert Comment.objects.get().raw_text == "Patience"


def test_a_page_costs_the_same_however_many_answered(django_assert_max_num_queries: Any):
    touchpoint = TouchpointFactory()
    for _rank in range(3):
        Citizen(touchpoint).press(value="2")
    with django_assert_max_num_queries(3):
        Client().get(reverse("feedback:give", args=[touchpoint.code]))


def test_hostile_text_is_shown_as_text():
    somebody = Citizen(TouchpointFactory())
    somebody.press(value="3")
    somebody.press(skip="1")
    response = somebody.send(text="</textarea><script>alert(1)</script>" + "x" * 2000)
    assert "<script>alert" not in response.content.decode()
