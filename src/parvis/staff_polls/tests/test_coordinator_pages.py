"""Pages of a coordinator, from a new poll to its close: what they change, refuse and never show."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.tests.factories import RegistrationFactory
from parvis.foundation.worker import run_pending
from parvis.journal.models import Entry
from parvis.staff_polls.card_library import proposed_document
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.operations.preparing import closing_day, save_cards
from parvis.staff_polls.tests.factories import PollGroupFactory, StaffPollFactory, every_kind
from parvis.staff_polls.tests.preparing import (
    FORM,
    add_agents_by_mail,
    as_form,
    coordinator,
    opened,
    page,
    ready_poll,
    registration_with_option,
)
from parvis.staff_polls.tests.voting import agents_of, collect, open_poll
from parvis.staff_polls.wording import smiley_labels

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return registration_with_option()


@pytest.fixture
def client(registration):
    return coordinator(registration)


@pytest.fixture
def draft(registration):
    return ready_poll(registration)


def settings_of(**changes):
    day = timezone.localdate() + timedelta(days=10)
    return {
        "title": "Notre accueil",
        "introduction": "Pour mieux faire.",
        "closes_on": day.isoformat(),
        "threshold": "10",
        "start": "proposed",
        **changes,
    }


def html(response):
    return response.content.decode()


# --- The list and a new poll ----------------------------------------------------------------------


def test_an_empty_list_says_what_a_poll_is(client):
    assert "Aucun sondage pour l’instant" in html(client.get(page("polls")))


def test_without_the_option_nothing_new_is_prepared():
    made = RegistrationFactory(confirmed=True)
    client = sign_in(Client(), made.submitted_by)
    assert "est une option du baromètre" in html(client.get(page("polls")))
    assert client.get(page("create_poll")).status_code == 403
    assert client.post(page("create_poll"), settings_of()).status_code == 403
    poll = ready_poll(made)
    for method in (client.get, client.post):
        assert method(page("launch", poll.pk), {"revision": "1"}).status_code == 403
    # What is there may still be written, and what is launched goes on.
    assert client.get(page("cards", poll.pk)).status_code == 200
    opened(poll)
    assert client.get(page("poll", poll.pk)).status_code == 200


def test_a_new_poll_begins_with_the_cards_proposed(client, registration):
    response = client.post(page("create_poll"), settings_of())
    made = StaffPoll.objects.get()
    assert response["Location"] == page("poll", made.pk)
    assert made.organisation == registration.organisation
    assert (made.document, made.threshold, made.state) == (proposed_document(), 10, "draft")
    assert closing_day(made) == timezone.localdate() + timedelta(days=10)
    assert "Notre accueil" in html(client.get(page("polls")))
    assert Entry.objects.filter(action="staff_poll.created", subject_id=made.pk).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "x" * 101),
        ("introduction", "x" * 601),
        ("threshold", "4"),
        ("threshold", "99999999999"),
        ("closes_on", "2001-01-01"),
        ("closes_on", "2099-01-01"),
        ("closes_on", "9999-12-31"),
        ("start", "nonsense"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, field, value):
    response = client.post(page("create_poll"), settings_of(**{field: value}))
    assert response.status_code == 422
    assert f'href="#id_{field}' in html(response)
    assert not StaffPoll.objects.exists()


def test_a_repetition_takes_cards_and_services_over_but_no_address(client, draft):
    former = opened(draft)
    offered = html(client.get(page("create_poll"), {"repeter": former.pk}))
    assert re.search(r'value="repeat"[^>]* checked', offered)
    asked = settings_of(start="repeat", source=str(former.pk))
    client.post(page("create_poll"), asked)
    made = StaffPoll.objects.exclude(pk=former.pk).get()
    assert (made.follows, made.document) == (former, former.document)
    assert [group.name for group in made.groups.all()] == ["État civil", "Voirie"]
    assert [group.printed_codes for group in made.groups.all()] == [0, 12]
    assert not EligibleAgent.objects.filter(poll=made).exists()
    page_of_cards = html(client.get(page("cards", made.pk)))
    assert page_of_cards.count("Comparée au sondage précédent") == 8


def test_a_copy_keeps_merges_and_compares_nothing(client, draft):
    first, second = draft.groups.all()
    PollGroup.objects.filter(pk=first.pk).update(merged_into=second)
    client.post(page("create_poll"), settings_of(start="copy", source=str(draft.pk)))
    made = StaffPoll.objects.exclude(pk=draft.pk).get()
    assert made.follows is None
    assert made.groups.get(number=1).merged_into == made.groups.get(number=2)


def test_a_draft_is_not_repeated_nor_another_body_s_poll_copied(client, draft):
    repeated = client.post(page("create_poll"), settings_of(start="repeat", source=str(draft.pk)))
    assert repeated.status_code == 422
    foreign = StaffPollFactory()
    for start in ("copy", "repeat"):
        asked = settings_of(start=start, source=str(foreign.pk))
        assert client.post(page("create_poll"), asked).status_code == 422
    assert client.post(page("create_poll"), settings_of(start="copy")).status_code == 422
    assert foreign.title not in html(client.get(page("create_poll"), {"copier": foreign.pk}))
    assert StaffPoll.objects.count() == 2


# --- Settings -------------------------------------------------------------------------------------


def test_settings_are_changed_and_an_older_form_is_refused(client, draft):
    form = settings_of(title="Autre titre", revision=str(draft.revision))
    assert client.post(page("settings", draft.pk), form).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.revision) == ("Autre titre", 2)
    older = client.post(page("settings", draft.pk), settings_of(title="Mon titre", revision="1"))
    assert older.status_code == 409
    assert 'value="Mon titre"' in html(older)
    assert 'name="revision" value="2"' in html(older)
    draft.refresh_from_db()
    assert draft.title == "Autre titre"


def test_a_draft_is_thrown_away_with_its_addresses(client, draft):
    assert "12 adresses d’agents" in html(client.get(page("delete_poll", draft.pk)))
    client.post(page("delete_poll", draft.pk), {"revision": "1"})
    assert not StaffPoll.objects.exists()
    assert not EligibleAgent.objects.exists()


# --- The composer ---------------------------------------------------------------------------------


def post_cards(client, poll, document, **fields):
    fields = {"revision": str(poll.revision), **fields}
    return client.post(page("cards", poll.pk), as_form(document, **fields), content_type=FORM)


def test_saving_keeps_unfinished_cards(client, draft):
    document = every_kind()
    document["cards"][0]["text"] = ""
    assert post_cards(client, draft, document, action="save").status_code == 302
    draft.refresh_from_db()
    assert (draft.document["cards"][0]["text"], draft.revision) == ("", 2)
    assert "1 point à corriger" in html(client.get(page("poll", draft.pk)))


def test_a_button_saves_what_was_typed_and_comes_back_to_its_place(client, draft):
    document = every_kind()
    document["cards"][0]["text"] = "Ce que je viens d’écrire"
    response = post_cards(client, draft, document, action="add-card:smiley")
    assert response["Location"] == page("cards", draft.pk) + "#cards-8"
    draft.refresh_from_db()
    assert draft.document["cards"][0]["text"] == "Ce que je viens d’écrire"
    assert len(draft.document["cards"]) == 9
    assert 'id="cards-8"' in html(client.get(response["Location"]))


def test_finishing_shows_each_problem_beside_its_field(client, draft):
    document = every_kind()
    document["cards"][3]["options"][1]["text"] = ""
    document["cards"][2]["low"] = ""
    response = post_cards(client, draft, document, action="done")
    assert response["Location"] == page("cards", draft.pk) + "?verifier=1"
    text = html(client.get(response["Location"]))
    for field in ("cards-3-options-1-text", "cards-2-low"):
        assert f'href="#{field}"' in text
        assert f'id="{field}"' in text
        assert f'aria-describedby="{field}-error"' in text
    assert "Carte 4, réponse 2" in text
    assert post_cards(client, draft, every_kind(), action="done", revision="2")["Location"] == page(
        "poll", draft.pk
    )


def test_an_older_composer_is_refused_and_keeps_what_was_typed(client, draft):
    StaffPoll.objects.update(revision=5)
    document = every_kind()
    document["cards"][0]["text"] = "Ma version"
    response = post_cards(client, draft, document, action="save")
    assert response.status_code == 409
    assert "Ma version" in html(response)
    assert 'name="revision" value="5"' in html(response)
    draft.refresh_from_db()
    assert draft.document == every_kind()
    assert post_cards(client, draft, document, action="save", revision="5").status_code == 302


def test_the_preview_shows_what_is_typed_without_saving_it(client, draft):
    document = every_kind()
    document["cards"][0]["text"] = "<script>alert(1)</script> ‮ 🎉"
    response = client.post(page("preview", draft.pk), as_form(document), content_type=FORM)
    assert "&lt;script&gt;alert(1)" in html(response)
    assert "<script>alert" not in html(response)
    draft.refresh_from_db()
    assert draft.document == every_kind()
    shown = html(client.get(page("preview", draft.pk)))
    assert "Je suis fier" in shown
    assert all(f"<li>{face}</li>" in shown for face in smiley_labels()), "as agents read them"


def test_cards_of_the_library_are_filtered_and_added_once(client, draft):
    shown = html(client.get(page("library", draft.pk), {"canal": "phone", "etape": "nonsense"}))
    assert "attente-telephone" in shown
    assert "reclamation-connue" not in shown
    response = client.post(page("library", draft.pk), {"carte": ["atouts", "fierte", "x"]})
    # Its key is taken by a card of the draft.
    assert response["Location"] == page("cards", draft.pk) + "#cards-8"
    draft.refresh_from_db()
    assert [card["key"] for card in draft.document["cards"]][8:] == ["atouts"]
    assert client.post(page("library", draft.pk), {}).status_code == 302
    none = html(client.get(page("library", draft.pk), {"canal": "post", "sujet": "complaints"}))
    assert "Aucune carte ne réunit tout cela" in none


# --- Services and agents --------------------------------------------------------------------------


def test_a_list_is_pasted_or_dropped(client, draft):
    pasted = client.post(page("roll", draft.pk), {"lines": "Voirie;a@b.fr\r\nPiscine;c@d.fr"})
    assert pasted["Location"] == page("groups", draft.pk)
    file = SimpleUploadedFile("liste.csv", "Service;Courriel\nÉcoles;e@f.fr".encode("cp1252"))
    assert client.post(page("roll", draft.pk), {"file": file}).status_code == 302
    assert EligibleAgent.objects.get(email="e@f.fr").group.name == "Écoles"
    assert EligibleAgent.objects.filter(poll=draft).count() == 15


def test_lines_that_cannot_be_taken_come_back_to_be_corrected(client, draft):
    response = client.post(
        page("roll", draft.pk), {"lines": "Voirie;a@b.fr\nVoirie;<b>faux</b>\nVoirie;sans@"}
    )
    text = html(response)
    assert response.status_code == 422
    assert "1 agent est ajouté." in text
    assert "Voirie;&lt;b&gt;faux&lt;/b&gt;\nVoirie;sans@</textarea>" in text
    assert "<b>faux" not in text
    assert EligibleAgent.objects.filter(email="a@b.fr").exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"lines": " "},
        {"file": SimpleUploadedFile("vide.csv", b"")},
        {"file": SimpleUploadedFile("gros.csv", b"a@b.fr\n" * 300_000)},
        {"file": SimpleUploadedFile("image.csv", bytes(range(256)) * 50)},
        {"lines": "Voirie;a@b.fr", "default": "999999"},
    ],
)
def test_a_list_that_is_none_is_refused_and_adds_nobody(client, draft, form):
    response = client.post(page("roll", draft.pk), form)
    assert response.status_code == 422
    assert EligibleAgent.objects.filter(poll=draft).count() == 12


def test_small_services_are_merged_as_proposed(client, draft):
    small = PollGroupFactory(poll=draft, number=3, name="Cabinet", printed_codes=3)
    text = html(client.get(page("groups", draft.pk)))
    assert "« Cabinet » vote avec « État civil »" in text
    assert "3 agents, trop peu" in text
    client.post(page("merge_groups", draft.pk), {"action": "proposed", "revision": "1"})
    small.refresh_from_db()
    assert small.merged_into == draft.groups.get(number=1)
    client.post(page("merge_groups", draft.pk), {"group": "3", "into": ""})
    small.refresh_from_db()
    assert small.merged_into is None
    for form in ({"group": "9"}, {"group": "3", "into": "x"}, {"group": "1", "into": "-1"}):
        assert client.post(page("merge_groups", draft.pk), form).status_code == 404


def test_a_service_is_renamed_and_agents_leave_it(client, draft):
    address = page("group", draft.pk, 1)
    form = {"name": "Population", "printed_codes": "4", "revision": "1"}
    assert client.post(address, form)["Location"] == page("groups", draft.pk)
    assert draft.groups.get(number=1).name == "Population"
    older = client.post(address, {**form, "name": "Autre"})
    assert older.status_code == 422
    assert 'value="Autre"' in html(older)
    one = EligibleAgent.objects.filter(poll=draft).first()
    client.post(page("remove_agents", draft.pk, 1), {"agent": [str(one.pk), "nonsense"]})
    assert EligibleAgent.objects.filter(poll=draft).count() == 11
    assert "11 adresses d’agents" in html(client.get(page("remove_group", draft.pk, 1)))
    client.post(page("remove_group", draft.pk, 1), {})
    assert not EligibleAgent.objects.filter(poll=draft).exists()
    assert client.get(page("group", draft.pk, 1)).status_code == 404


def test_a_long_roll_is_searched_and_paged(client, draft):
    add_agents_by_mail(draft.groups.get(number=2), 150, "voirie")
    first = html(client.get(page("group", draft.pk, 2)))
    assert first.count('name="agent"') == 100
    assert "Page 1 sur 2" in first
    found = html(client.get(page("group", draft.pk, 2), {"q": "VOIRIE-149"}))
    assert found.count('name="agent"') == 1


# --- The launch -----------------------------------------------------------------------------------


def test_the_page_of_the_launch_says_what_is_missing_and_where(client, registration):
    poll = StaffPollFactory(organisation=registration.organisation, document={"cards": []})
    text = html(client.get(page("launch", poll.pk)))
    for name in ("cards", "settings", "groups"):
        assert f'href="{page(name, poll.pk)}' in text
    assert "Lancer le sondage" not in text
    response = client.post(page("launch", poll.pk), {"revision": "1"})
    assert response.status_code == 422
    poll.refresh_from_db()
    assert poll.state == PollState.DRAFT


def test_a_poll_of_too_few_agents_is_refused_with_why(client, registration):
    poll = StaffPollFactory(
        organisation=registration.organisation, closes_at=timezone.now() + timedelta(days=5)
    )
    PollGroupFactory(poll=poll, printed_codes=9)
    assert "Il faut au moins 10 agents" in html(client.get(page("groups", poll.pk)))
    response = client.post(page("launch", poll.pk), {"revision": "1"})
    assert response.status_code == 422
    assert "10 agents" in html(response)


def test_launching_freezes_what_was_seen_and_invites(client, draft, mailoutbox):
    stale = client.post(page("launch", draft.pk), {"revision": "9"})
    assert stale.status_code == 409
    text = html(client.get(page("launch", draft.pk)))
    assert "12 invitations partent" in text
    assert "12 bulletins" in text
    for _click in range(2):
        response = client.post(page("launch", draft.pk), {"revision": "1"})
        assert response["Location"] == page("poll", draft.pk)
    draft.refresh_from_db()
    assert draft.state == PollState.PREPARING
    assert Entry.objects.filter(action="staff_poll.launched").count() == 1
    assert "ouvre dans la minute" in html(client.get(page("poll", draft.pk)))
    run_pending()
    draft.refresh_from_db()
    assert draft.state == PollState.OPEN
    assert {mail.to[0] for mail in mailoutbox} == {f"agent-{n}-1@exemple.fr" for n in range(12)}
    assert f"http://testserver/sondage/{draft.code}/#j=" in mailoutbox[0].body
    assert "heure de Paris" in mailoutbox[0].body


FROZEN_FORMS = [
    ("settings", [], {"title": "x", "revision": "1", "threshold": "10"}),
    ("cards", [], {"action": "save", "revision": "1"}),
    ("library", [], {"carte": "atouts"}),
    ("groups", [], {"name": "Un de plus"}),
    ("roll", [], {"lines": "Voirie;a@b.fr"}),
    ("merge_groups", [], {"group": "1", "into": "2"}),
    ("group", [1], {"name": "Autre", "revision": "1"}),
    ("remove_group", [1], {}),
    ("remove_agents", [1], {"agent": []}),
    ("delete_poll", [], {}),
]


@pytest.mark.parametrize(("name", "args", "form"), FROZEN_FORMS)
def test_a_launched_poll_refuses_each_change_and_offers_a_copy(client, draft, name, args, form):
    before = list(opened(draft).groups.values())
    response = client.post(page(name, draft.pk, *args), form)
    assert response.status_code == 409
    assert "Ce sondage est lancé" in html(response)
    assert f"{page('create_poll')}?copier={draft.pk}" in html(response)
    draft.refresh_from_db()
    assert (draft.document, draft.revision) == (every_kind(), 1)
    assert list(draft.groups.values()) == before
    assert EligibleAgent.objects.filter(poll=draft).count() == 12


@pytest.mark.parametrize(
    ("name", "args", "lands"),
    [
        ("settings", [], "poll"),
        ("cards", [], "preview"),
        ("library", [], "preview"),
        ("group", [1], "groups"),
        ("remove_group", [1], "groups"),
        ("delete_poll", [], "poll"),
        ("launch", [], "poll"),
    ],
)
def test_a_launched_poll_is_read_only(client, draft, name, args, lands):
    opened(draft)
    response = client.get(page(name, draft.pk, *args))
    assert response["Location"] == page(lands, draft.pk)
    shown = html(client.get(page(lands, draft.pk)))
    assert "Je suis fier" in shown or lands != "preview"
    assert 'name="lines"' not in shown


def test_addresses_are_shown_no_more_once_launched(client, draft):
    assert "agent-0-1@exemple.fr" in html(client.get(page("group", draft.pk, 1)))
    opened(draft)
    for name in ("poll", "groups", "preview", "slips"):
        assert "@exemple.fr" not in html(client.get(page(name, draft.pk)))


def test_cards_saved_while_the_poll_is_launched_are_refused(draft):
    """The page was admitted on a draft; the operation finds it launched."""
    opened(draft)
    with pytest.raises(Exception, match="est lancé"):
        save_cards(poll=draft, draft={"cards": []}, by=PersonFactory(), revision=1)


# --- While it is open -----------------------------------------------------------------------------


@pytest.fixture
def running(registration):
    return open_poll(12, 12, organisation=registration.organisation)


def test_following_tells_how_many_may_vote_and_never_who_did(client, running):
    before = html(client.get(page("poll", running.pk)))
    assert "24 agents peuvent voter" in before
    for agent in agents_of(running, 1)[:3]:
        collect(agent)
    again = html(client.get(page("poll", running.pk)))
    # But for what each answer draws anew, the page is the same: nobody's act shows.
    assert without_tokens(again) == without_tokens(before)


def without_tokens(text):
    """The page without what every answer draws anew: the token of its forms."""
    return re.sub(r'value="\w{64}"|"X-CSRFToken": "\w+"', "", text)


def test_a_reminder_leaves_and_says_no_number(client, running):
    for agent in agents_of(running)[:7]:
        collect(agent)
    confirm = html(client.get(page("remind", running.pk)))
    response = client.post(page("remind", running.pk), follow=True)
    assert "Le rappel part." in html(response)
    for text in (confirm, html(response)):
        assert not re.search(r"\b(17|7)\b agent", text)
    again = client.post(page("remind", running.pk))
    assert again.status_code == 409
    shown = html(client.get(page("poll", running.pk)))
    assert "un tous les trois jours au plus" in shown
    assert page("remind", running.pk) not in shown


def test_the_end_is_moved_within_bounds(client, running):
    later = timezone.localdate() + timedelta(days=30)
    assert client.post(page("change_end", running.pk), {"closes_on": later}).status_code == 302
    running.refresh_from_db()
    assert closing_day(running) == later
    for wrong in ("", "x", "2001-01-01", "2099-12-31"):
        response = client.post(page("change_end", running.pk), {"closes_on": wrong})
        assert response.status_code == 422
        assert 'href="#id_closes_on"' in html(response)
    running.refresh_from_db()
    assert closing_day(running) == later


def test_an_end_moved_again_and_again_stays_within_three_months_of_the_launch(client, running):
    """The roll is kept until the close: a poll without end would keep it for ever."""
    running.launched_at -= timedelta(days=80)
    running.save()
    for days, status in ((13, 422), (10, 302)):
        later = timezone.localdate() + timedelta(days=days)
        response = client.post(page("change_end", running.pk), {"closes_on": later})
        assert response.status_code == status
    assert closing_day(StaffPoll.objects.get(pk=running.pk)) == later


def test_the_list_says_the_day_where_the_body_stands(client, registration):
    """23:59 in Guadeloupe is the next day in Paris."""
    registration.organisation.departement_code = "971"
    registration.organisation.save()
    ready_poll(registration, closes_at=datetime(2026, 12, 10, 3, 59, tzinfo=UTC))
    assert "09/12/2026" in html(client.get(page("polls")))


def test_closing_says_first_what_it_destroys(client, running):
    assert "sont détruits" in html(client.get(page("close", running.pk)))
    response = client.post(page("close", running.pk))
    assert response["Location"] == page("poll", running.pk)
    running.refresh_from_db()
    assert running.state == PollState.CLOSED
    assert not EligibleAgent.objects.filter(poll=running).exists()
    assert client.post(page("close", running.pk)).status_code == 409
    shown = html(client.get(page("poll", running.pk)))
    assert "sont détruits" in shown
    for name in ("remind", "change_end", "close"):
        assert page(name, running.pk) not in shown
        assert client.get(page(name, running.pk)).status_code == 302
    for name in ("polls", "groups", "preview", "slips"):
        args = [] if name == "polls" else [running.pk]
        assert client.get(page(name, *args)).status_code == 200


# --- Other bodies ---------------------------------------------------------------------------------


def test_another_body_s_poll_is_absent(client):
    foreign = ready_poll(registration_with_option())
    for name, args, form in [*FROZEN_FORMS, ("launch", [], {}), ("poll", [], {})]:
        address = page(name, foreign.pk, *args)
        assert client.get(address).status_code in (404, 405)
        assert client.post(address, form).status_code in (404, 405)
    foreign.refresh_from_db()
    assert (foreign.state, foreign.revision) == (PollState.DRAFT, 1)
