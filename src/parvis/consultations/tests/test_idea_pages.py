"""Pages of ideas through HTTP: the mosaic, one idea, supports, comments."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.entrance import cookie_name
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    ContributionState,
    ModerationMoment,
    PhaseKind,
    Verdict,
)
from parvis.consultations.idea_listing import IDEAS_A_PAGE
from parvis.consultations.models import (
    Consultation,
    Contribution,
    Follow,
    OfficialAnswer,
    Participant,
    Phase,
    Vote,
)
from parvis.consultations.operations.answering import AnswerContent, answer
from parvis.consultations.phase_settings import Choice, IdeasSettings, MapView
from parvis.consultations.tests.factories import ContributionFactory, running_phase, with_access
from parvis.consultations.tests.visitors import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]

SETTINGS = IdeasSettings(
    themes=(Choice("mobilites", "Déplacements"), Choice("culture", "Culture")),
    sectors=(Choice("nord", "Quartier nord"), Choice("sud", "Quartier sud")),
    map=MapView(50.63, 3.06),
)


@pytest.fixture
def phase() -> Phase:
    return running_phase(settings=SETTINGS)


def ideas(phase: Phase, count: int = 1, **more: Any) -> list[Contribution]:
    return [ContributionFactory.create(phase=phase, **more) for _rank in range(count)]


def visitor(phase: Phase) -> tuple[Client, Participant]:
    """A browser that takes part, and who it is."""
    who, secret = with_access(phase.consultation)
    client = Client()
    client.cookies[cookie_name(phase.consultation)] = secret
    return client, who


def titles(response: Any) -> list[str]:
    return [card.title for card in response.context["cards"]]


# --- The mosaic -----------------------------------------------------------------------------------


def test_each_visitor_has_an_order_that_stays_over_the_pages(phase: Phase):
    ideas(phase, 3 * IDEAS_A_PAGE)
    client = Client()
    first = client.get(address(phase))
    seen = titles(first)
    ContributionFactory.create(phase=phase, title="Arrivée entre-temps")
    for _turn in range(3):
        following = first.context["pages"]["next"]
        if not following:
            break
        first = client.get(address(phase) + following)
        seen += titles(first)
    assert len(seen) - len(set(seen)) <= 1, "an idea published meanwhile moves one at most"
    assert titles(client.get(address(phase))) != titles(Client().get(address(phase)))


def test_no_idea_is_shown_first_more_than_its_share(phase: Phase):
    made = ideas(phase, 40)
    shown = dict.fromkeys((one.pk for one in made), 0)
    turns = 400
    for seed in range(turns):
        response = Client().get(f"{address(phase)}?graine={seed * 7_919}")
        for card in response.context["cards"]:
            shown[card.idea.pk] += 1
    expected = turns * IDEAS_A_PAGE / 40
    assert min(shown.values()) > 0.75 * expected
    assert max(shown.values()) < 1.25 * expected


def test_the_filters_keep_what_they_say(phase: Phase):
    ContributionFactory.create(phase=phase, title="Un vélo", theme="mobilites", sector="nord")
    ContributionFactory.create(phase=phase, title="Un théâtre", theme="culture", sector="nord")
    refused = ContributionFactory.create(phase=phase, title="Un métro", theme="mobilites")
    OfficialAnswer.objects.create(
        organisation=phase.organisation,
        contribution=refused,
        verdict=Verdict.REFUSED,
        reason="Trop cher.",
        by=PersonFactory.create(),
    )
    ContributionFactory.create(phase=phase, title="Caché", state=ContributionState.WAITING)
    client = Client()

    def kept(query: str) -> set[str]:
        return set(titles(client.get(f"{address(phase)}?{query}")))

    assert kept("") == {"Un vélo", "Un théâtre", "Un métro"}
    assert kept("theme=mobilites") == {"Un vélo", "Un métro"}
    assert kept("theme=mobilites&secteur=nord") == {"Un vélo"}
    assert kept("etat=refusees") == {"Un métro"}
    assert kept("etat=sans-reponse") == {"Un vélo", "Un théâtre"}
    assert kept("q=THEATRE") == {"Un théâtre"}
    assert kept("q=cache") == set()
    assert kept("theme=inconnu&etat=%00&tri=zut&page=99999999999999999999") == kept("")


@pytest.mark.parametrize("query", ["q=%00", "q='%22*%20OR", "q=---", "graine=9e9", "zone=1,2,a"])
def test_hostile_filters_get_a_page(phase: Phase, query: str):
    ideas(phase, 2)
    assert Client().get(f"{address(phase)}?{query}").status_code == 200


def test_the_most_supported_come_first_when_asked(phase: Phase):
    for count in (3, 9, 1):
        ContributionFactory.create(phase=phase, title=f"Idée {count}", support_count=count)
    assert titles(Client().get(f"{address(phase)}?tri=soutenues")) == ["Idée 9", "Idée 3", "Idée 1"]


# --- One idea -------------------------------------------------------------------------------------


def test_the_page_of_an_idea_says_what_became_of_it(phase: Phase):
    kept = ContributionFactory.create(phase=phase, title="La grande idée")
    merged = ContributionFactory.create(
        phase=phase, title="La petite", state=ContributionState.MERGED, merged_into=kept
    )
    OfficialAnswer.objects.create(
        organisation=phase.organisation,
        contribution=kept,
        verdict=Verdict.RETAINED,
        reason="Nous le ferons <b>bientôt</b>.",
        by=PersonFactory.create(),
    )
    page = Client().get(address(phase, "idea", kept.number)).content.decode()
    assert "Retenue" in page
    assert "&lt;b&gt;bientôt" in page
    assert "La petite" in page
    trace = Client().get(address(phase, "idea", merged.number)).content.decode()
    assert "réunie à une autre" in trace
    assert address(phase, "idea", kept.number) in trace


def test_what_waits_is_only_its_authors(phase: Phase):
    client, who = visitor(phase)
    waiting = ContributionFactory.create(
        phase=phase, state=ContributionState.WAITING, published_at=None, author=who
    )
    assert client.get(address(phase, "idea", waiting.number)).status_code == 200
    assert Client().get(address(phase, "idea", waiting.number)).status_code == 404
    assert visitor(phase)[0].get(address(phase, "idea", waiting.number)).status_code == 404


@pytest.mark.parametrize("name", ["idea", "idea_preview", "idea_edit", "idea_check"])
@pytest.mark.parametrize("number", [0, 999, 2**63, 10**30])
def test_numbers_of_nothing_are_absent(phase: Phase, name: str, number: int):
    assert visitor(phase)[0].get(address(phase, name, number)).status_code == 404


@pytest.mark.parametrize("kind", [kind for kind in PhaseKind.values if kind != PhaseKind.IDEAS])
def test_other_phases_have_no_ideas(kind: str):
    other = running_phase(kind)
    client, _who = visitor(other)
    for name, more in [
        ("idea_map", ()),
        ("idea_points", ()),
        ("idea_write", ()),
        ("idea_near", ()),
        ("idea", (1,)),
    ]:
        assert client.get(address(other, name, *more)).status_code == 404
    for name in ("idea_support", "idea_comment", "idea_edit"):
        assert client.post(address(other, name, 1)).status_code == 404


# --- Supports -------------------------------------------------------------------------------------


def test_an_idea_is_supported_in_one_tap_and_taken_back_in_another(phase: Phase):
    (idea,) = ideas(phase)
    client = Client()
    url = address(phase, "idea_support", idea.number)
    for _twice in range(2):
        response = client.post(url, {"retour": f"{address(phase)}#idee-{idea.number}"})
        assert (response.status_code, response["Location"]) == (
            303,
            f"{address(phase)}#idee-{idea.number}",
        )
    idea.refresh_from_db()
    assert idea.support_count == 1
    assert client.get(address(phase)).context["cards"][0].supported
    client.post(url, {"soutien": "non"})
    idea.refresh_from_db()
    assert idea.support_count == 0


@pytest.mark.parametrize(
    "back",
    [
        "https://ailleurs.example/",
        "//ailleurs.example",
        "/participer/x\r\nY: 1",
        "",
        "\x00",
        "/\\a",
    ],
)
def test_a_support_leads_nowhere_else(phase: Phase, back: str):
    (idea,) = ideas(phase)
    response = Client().post(address(phase, "idea_support", idea.number), {"retour": back})
    assert response["Location"] == address(phase, "idea", idea.number)


def test_nothing_is_supported_once_closed_and_the_page_says_why(phase: Phase):
    (idea,) = ideas(phase)
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    client = Client()
    response = client.post(address(phase, "idea_support", idea.number), follow=True)
    assert "close" in response.content.decode()
    assert not Vote.objects.exists()


def test_who_is_not_verified_is_sent_to_be(phase: Phase):
    phase = running_phase(settings=SETTINGS, verified=True)
    (idea,) = ideas(phase)
    response = Client().post(address(phase, "idea_support", idea.number))
    assert response["Location"].startswith(
        reverse("consultations:enter", args=[phase.consultation.code])
    )
    assert Client().get(address(phase, "idea_write")).status_code == 302


def test_an_idea_is_followed_without_being_supported(phase: Phase):
    (idea,) = ideas(phase)
    client, code = Client(), phase.consultation.code
    url = address(phase, "idea_follow", idea.number)
    # Pressed twice, and while the phase is over: what becomes of it is still to come.
    for _press in range(2):
        assert client.post(url)["Location"] == address(phase, "idea", idea.number)
        Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    follow = Follow.objects.get()
    assert follow.contribution == idea
    assert not Vote.objects.exists()
    own = reverse("consultations:own", args=[code])
    assert "Les idées que vous suivez" in client.get(own).text
    assert "Suivie" in client.get(address(phase, "idea", idea.number)).text
    content = AnswerContent("retained", "Elle se fera.")
    answer(contribution=idea, content=content, by=PersonFactory.create(), revision=None)
    assert follow.participant.notices.count() == 1
    client.post(url, {"suivi": "non"})
    assert not Follow.objects.exists()
    assert "Les idées que vous suivez" not in client.get(own).text


def test_nothing_is_followed_once_the_consultation_is_over_or_by_whoever_is_not_verified():
    closed_phase, verified = running_phase(), running_phase(verified=True)
    for made in (closed_phase, verified):
        ContributionFactory.create(phase=made)
    Consultation.objects.filter(pk=closed_phase.consultation_id).update(
        state=ConsultationState.CLOSED, closed_at=timezone.now()
    )
    client = Client()
    response = client.post(address(closed_phase, "idea_follow", 1), follow=True)
    assert "est close" in response.text
    assert client.post(address(verified, "idea_follow", 1))["Location"].startswith(
        reverse("consultations:enter", args=[verified.consultation.code])
    )
    assert not Follow.objects.exists()
    assert not Participant.objects.exists()
    # Nothing to stop, and nothing said to be followed.
    assert client.post(address(closed_phase, "idea_follow", 1), {"suivi": "non"}).status_code == 303
    assert client.post(address(closed_phase, "idea_follow", 99)).status_code == 404


# --- Comments -------------------------------------------------------------------------------------


def test_a_comment_sent_twice_is_one(phase: Phase):
    phase.consultation.moderation = ModerationMoment.AFTER
    phase.consultation.save()
    (idea,) = ideas(phase)
    client, sent = Client(), {"token": str(uuid.uuid4()), "text": "D’accord <script>"}
    for _twice in range(2):
        assert client.post(address(phase, "idea_comment", idea.number), sent).status_code == 303
    idea.refresh_from_db()
    assert idea.reply_count == 1
    page = client.get(address(phase, "idea", idea.number)).content.decode()
    assert "D’accord &lt;script&gt;" in page


@pytest.mark.parametrize("text", ["", "   ", "a" * 2_001, "nul\x00"])
def test_a_comment_that_is_none_is_shown_again(phase: Phase, text: str):
    (idea,) = ideas(phase)
    response = Client().post(
        address(phase, "idea_comment", idea.number), {"token": str(uuid.uuid4()), "text": text}
    )
    assert response.status_code == 422
    assert not Contribution.objects.filter(kind=ContributionKind.COMMENT).exists()


def test_a_form_of_somebody_else_is_refused(phase: Phase):
    (idea,) = ideas(phase)
    sent = {"token": str(uuid.uuid4()), "text": "Oui."}
    Client().post(address(phase, "idea_comment", idea.number), sent)
    assert Client().post(address(phase, "idea_comment", idea.number), sent).status_code == 409


def test_a_closed_phase_is_read_but_takes_nothing(phase: Phase):
    (idea,) = ideas(phase)
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    client, _who = visitor(phase)
    page = client.get(address(phase)).content.decode()
    assert "Déposer une idée" not in page
    response = client.post(
        address(phase, "idea_comment", idea.number),
        {"token": str(uuid.uuid4()), "text": "Trop tard"},
    )
    assert response.status_code == 409
    assert "Trop tard" in response.content.decode()
