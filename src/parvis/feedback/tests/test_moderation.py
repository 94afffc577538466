"""Moderation, through pages and operations: decisions, undo, words hidden, several at once."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import CommentState
from parvis.feedback.models import AgentName, Comment
from parvis.feedback.operations import moderation
from parvis.feedback.operations.agent_names import add_agent_names, remove_agent_name
from parvis.feedback.personal_data.comments import RAW_TEXT_KEPT
from parvis.feedback.tests.comment_factories import CommentFactory
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.purges import run_purges
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.foundation.worker import run_pending
from parvis.journal.models import Entry
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import coordinator_of

pytestmark = pytest.mark.django_db


def page(name: str, *args: object) -> str:
    return reverse(f"feedback:{name}", args=args)


@pytest.fixture
def place():
    return TouchpointFactory()


@pytest.fixture
def moderator(place):
    client, _person = coordinator_of(place.organisation)
    return client


def stored(comment: Comment) -> Comment:
    with scopes_disabled():
        return Comment.objects.get(pk=comment.pk)


def seen(comment: Comment) -> str:
    return moderation.version_of(stored(comment))


# --- The list


@pytest.mark.parametrize("name", ["comments", "ideas"])
def test_an_empty_list_of_a_fictitious_body_says_what_it_is(name, place, moderator) -> None:
    assert "Simulation" not in moderator.get(page(name)).content.decode()
    Organisation.objects.filter(pk=place.organisation_id).update(is_simulated=True)
    assert "Simulation" in moderator.get(page(name)).content.decode()


def test_the_list_filters_by_what_a_moderator_looks_for(place, moderator) -> None:
    other = TouchpointFactory(organisation=place.organisation)
    CommentFactory(touchpoint=place, raw_text="Trop d’attente", level=0)
    CommentFactory(touchpoint=other, raw_text="Un banc dehors", idea=True)
    CommentFactory(touchpoint=place, raw_text="Bravo à tous", published=True)
    address = page("comments")
    for query, shown in [
        ("", {"Trop d’attente", "Un banc dehors", "Bravo à tous"}),
        ("?etat=pending", {"Trop d’attente", "Un banc dehors"}),
        ("?sorte=idea", {"Un banc dehors"}),
        (f"?lieu={other.pk}", {"Un banc dehors"}),
        ("?visage=0", {"Trop d’attente"}),
        (f"?du={timezone.localdate() + timedelta(days=1)}", set()),
        ("?q=DEHORS", {"Un banc dehors"}),
        ("?q=attent", {"Trop d’attente"}),
        ("?etat=n'importe", {"Trop d’attente", "Un banc dehors", "Bravo à tous"}),
    ]:
        answer = moderator.get(address + query)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert {t for t in ("Trop d’attente", "Un banc dehors", "Bravo à tous") if t in text} == (
            shown
        ), query


def test_where_few_work_a_comment_tells_its_month_only(moderator, place) -> None:
    small = TouchpointFactory(organisation=place.organisation, staffing=2)
    comment = CommentFactory(touchpoint=small, raw_text="Bien", day=date(2026, 5, 13))
    CommentFactory(touchpoint=place, raw_text="Mieux", day=date(2026, 5, 13))
    address = page("comments")
    for query, shown in [
        ("?du=2026-05-13&au=2026-05-13", {"Bien", "Mieux"}),
        ("?du=2026-05-14", {"Bien"}),  # the whole month, or its day could be found
        ("?au=2026-05-01", {"Bien"}),
        ("?du=2026-06-01", set()),
    ]:
        text = moderator.get(address + query).content.decode()
        assert {one for one in ("Bien", "Mieux") if f">{one}<" in text} == shown, query
    for text in (
        moderator.get(address + f"?lieu={small.pk}").content.decode(),
        moderator.get(page("comment", comment.pk)).content.decode(),
    ):
        assert "mai 2026" in text
        assert "13/05/2026" not in text


def test_the_search_reads_the_masked_text_whatever_the_accents(place, moderator) -> None:
    found = CommentFactory(touchpoint=place, raw_text="Mme Élodie Duprat, déçue de l’été")
    address = page("comments")
    for words in ("decue", "DÉÇU", "ete de", "masque"):
        assert reverse("feedback:comment", args=[found.pk]) in (
            moderator.get(address, {"q": words}).content.decode()
        ), words
    for words in ("duprat", "elodie", "zzz", "'\"; DROP", "*", "été OR pluie"):
        text = moderator.get(address, {"q": words}).content.decode()
        assert reverse("feedback:comment", args=[found.pk]) not in text, words


def test_the_search_follows_every_way_a_text_changes(place) -> None:
    with scopes_disabled():
        comment = CommentFactory(touchpoint=place, raw_text="Le parapluie rouge")
        Comment.objects.bulk_create(
            [
                Comment(
                    organisation=place.organisation,
                    touchpoint=place,
                    answer_id="0" * 31 + "1",
                    visit="0" * 32,
                    kind="comment",
                    level=1,
                    language="fr",
                    text="Un cerf-volant",
                    day=timezone.localdate(),
                )
            ]
        )
        assert Comment.objects.all().search("cerf volant").count() == 1
        moderation.hide_words(
            comment=comment, words="parapluie", seen=seen(comment), by=PersonFactory()
        )
        assert Comment.objects.all().search("parapluie").count() == 0
        assert Comment.objects.all().search("rouge").count() == 1
        Comment.objects.filter(pk=comment.pk).delete()
        assert Comment.objects.all().search("rouge").count() == 0


def test_the_list_costs_the_same_whatever_its_length(
    place, moderator, django_assert_max_num_queries
) -> None:
    for _turn in range(40):
        CommentFactory(touchpoint=place)
    with django_assert_max_num_queries(14):
        assert moderator.get(page("comments")).status_code == 200


def test_an_export_holds_no_raw_text_and_no_formula(place, moderator) -> None:
    CommentFactory(touchpoint=place, raw_text='=HYPERLINK("x") appelez le 06 12 34 56 78')
    answer = moderator.get(page("comments") + "?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "06 12" not in text
    assert "'=HYPERLINK" in text


def test_hostile_texts_are_shown_as_they_are(place, moderator) -> None:
    text = '<script>alert(1)</script> \u202eolleh\u202c 😀 =1+1 <b>"gras"</b> مرحبا'
    comment = CommentFactory(touchpoint=place, raw_text=text)
    for address in (page("comments"), page("comment", comment.pk)):
        html = moderator.get(address).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html
        assert "<bdi" in html
        assert "مرحبا" in html


# --- Decisions


def test_a_decision_changes_the_state_and_is_in_the_journal(place, moderator) -> None:
    comment = CommentFactory(touchpoint=place)
    answer = moderator.post(
        page("comment_decide", comment.pk), {"decision": "published", "seen": seen(comment)}
    )
    assert answer.url == page("comment", comment.pk)
    after = stored(comment)
    assert after.state == CommentState.PUBLISHED
    assert after.moderated_by is not None
    entry = Entry.objects.about("comment", comment.pk).get()
    assert (entry.action, entry.details) == (
        "comment.decided",
        {"from": "pending", "to": "published"},
    )
    assert entry.organisation_id == place.organisation_id


def test_deciding_is_the_first_action_of_the_page_changing_one_s_mind_is_not(
    place, moderator
) -> None:
    comment = CommentFactory(touchpoint=place)
    first = '<button class="btn" name="decision"'
    assert moderator.get(page("comment", comment.pk)).content.decode().count(first) == 1
    moderator.post(
        page("comment_decide", comment.pk), {"decision": "published", "seen": seen(comment)}
    )
    assert first not in moderator.get(page("comment", comment.pk)).content.decode()


def test_the_second_moderator_is_told_and_changes_nothing(place, moderator) -> None:
    comment = CommentFactory(touchpoint=place)
    opened = seen(comment)
    moderation.decide(comment=comment, state=CommentState.REJECTED, seen=opened, by=PersonFactory())
    answer = moderator.post(
        page("comment_decide", comment.pk),
        {"decision": "published", "seen": opened},
        follow=True,
    )
    assert "Rien n’a été changé" in answer.content.decode()
    assert stored(comment).state == CommentState.REJECTED
    assert Entry.objects.about("comment", comment.pk).count() == 1


def test_the_same_decision_sent_twice_is_one(place) -> None:
    comment, by = CommentFactory(touchpoint=place), PersonFactory()
    opened = seen(comment)
    for _turn in range(2):
        moderation.decide(comment=comment, state=CommentState.PUBLISHED, seen=opened, by=by)
    assert Entry.objects.about("comment", comment.pk).count() == 1


@pytest.mark.parametrize("decision", ["", "pending", "n’importe", "\x00"])
def test_an_unknown_decision_is_refused_clearly(place, moderator, decision) -> None:
    comment = CommentFactory(touchpoint=place)
    answer = moderator.post(
        page("comment_decide", comment.pk), {"decision": decision, "seen": seen(comment)}
    )
    assert answer.status_code == 422
    assert stored(comment).state == CommentState.PENDING


def test_a_decision_is_undone_within_a_week(place, moderator) -> None:
    comment, by = CommentFactory(touchpoint=place), PersonFactory()
    moderation.decide(comment=comment, state=CommentState.PUBLISHED, seen=seen(comment), by=by)
    moderation.decide(comment=comment, state=CommentState.REJECTED, seen=seen(comment), by=by)
    moderator.post(page("comment_undo", comment.pk), {"seen": seen(comment)})
    assert stored(comment).state == CommentState.PUBLISHED
    # Only the last decision: the one before is replaced by another.
    with pytest.raises(Conflict):
        moderation.undo(comment=comment, seen=seen(comment), by=by)


def test_undoing_the_first_decision_puts_the_text_back_to_be_read(place) -> None:
    comment, by = CommentFactory(touchpoint=place), PersonFactory()
    moderation.decide(comment=comment, state=CommentState.REJECTED, seen=seen(comment), by=by)
    moderation.undo(comment=comment, seen=seen(comment), by=by)
    after = stored(comment)
    assert (after.state, after.moderated_at, after.moderated_by) == ("pending", None, None)


def test_an_old_decision_is_not_undone(place) -> None:
    comment, by = CommentFactory(touchpoint=place), PersonFactory()
    moderation.decide(comment=comment, state=CommentState.PUBLISHED, seen=seen(comment), by=by)
    with scopes_disabled():
        Comment.objects.update(moderated_at=timezone.now() - timedelta(days=8))
    with pytest.raises(Conflict, match="sept jours"):
        moderation.undo(comment=comment, seen=seen(comment), by=by)


# --- Several at once


def test_several_are_previewed_then_decided(place, moderator) -> None:
    comments = [CommentFactory(touchpoint=place, raw_text=f"Texte {n} long") for n in range(3)]
    ticked = [f"{comment.pk}:{seen(comment)}" for comment in comments]
    sent = {"decision": "internal", "texte": ticked}
    preview = moderator.post(page("comment_bulk"), sent).content.decode()
    assert "3 textes deviendront" in preview
    assert all(f"Texte {n} long" in preview for n in range(3))
    assert all(stored(c).state == CommentState.PENDING for c in comments)
    # Somebody decides one of them in between.
    moderation.decide(
        comment=comments[0],
        state=CommentState.REJECTED,
        seen=seen(comments[0]),
        by=PersonFactory(),
    )
    done = moderator.post(page("comment_bulk"), {**sent, "confirm": "1"}, follow=True)
    assert [stored(c).state for c in comments] == ["rejected", "internal", "internal"]
    text = done.content.decode()
    assert "2 textes" in text
    assert "1 texte avait changé entre-temps" in text


def test_several_refuses_what_is_no_selection(place, moderator) -> None:
    comment = CommentFactory(touchpoint=place)
    for sent in (
        {},
        {"decision": "published"},
        {"decision": "published", "texte": ["x:y", "-1:", "9" * 40]},
        {"decision": "pending", "texte": [f"{comment.pk}:{seen(comment)}"]},
    ):
        assert moderator.post(page("comment_bulk"), {**sent, "confirm": "1"}).status_code == 302
    assert stored(comment).state == CommentState.PENDING
    many = [f"{number}:x" for number in range(1, 400)]
    answer = moderator.post(page("comment_bulk"), {"decision": "published", "texte": many})
    assert answer.status_code == 422


# --- Words hidden by hand


def test_words_are_hidden_and_shown_again(place, moderator) -> None:
    comment = CommentFactory(
        touchpoint=place, raw_text="La dame rousse, Mme Duprat. Oui, la DAME  ROUSSE !"
    )
    moderator.post(
        page("comment_hide_words", comment.pk), {"words": "dame rousse", "seen": seen(comment)}
    )
    after = stored(comment)
    assert after.text == ("La [passage masqué], Mme [nom masqué]. Oui, la [passage masqué] !")
    assert after.hidden_words == ["dame rousse"]
    moderator.post(page("comment_hide_words", comment.pk), {"show": "0", "seen": seen(comment)})
    after = stored(comment)
    # What the automatic masking hid stays hidden.
    assert after.text == "La dame rousse, Mme [nom masqué]. Oui, la DAME  ROUSSE !"
    assert after.hidden_words == []


@pytest.mark.parametrize("words", ["", "   ", "absent du texte", "x" * 300, "\x00"])
def test_words_that_cannot_be_hidden_are_said_so(place, moderator, words) -> None:
    comment = CommentFactory(touchpoint=place, raw_text="Bonjour à tous")
    answer = moderator.post(
        page("comment_hide_words", comment.pk), {"words": words, "seen": seen(comment)}
    )
    assert answer.status_code == 422
    assert stored(comment).text == "Bonjour à tous"


@pytest.mark.parametrize("place_", ["-1", "7", "x", "9" * 50])
def test_a_hidden_passage_that_is_not_there_is_said_so(place, moderator, place_) -> None:
    comment = CommentFactory(touchpoint=place)
    answer = moderator.post(
        page("comment_hide_words", comment.pk), {"show": place_, "seen": seen(comment)}
    )
    assert answer.status_code == 302


# --- Agents' names


def test_a_name_of_the_list_is_masked_at_reception_and_in_what_is_there(place) -> None:
    by = PersonFactory()
    body = place.organisation
    waiting = CommentFactory(touchpoint=place, raw_text="Fatoumata est top, 06 12 34 56 78")
    public = CommentFactory(touchpoint=place, raw_text="Merci Fatoumata", published=True)
    elsewhere = CommentFactory(raw_text="Merci Fatoumata")
    with scopes_disabled():
        add_agent_names(organisation=body, names=[" Fatoumata  Sissako "], by=by)
        name = AgentName.objects.get()
    run_pending()
    assert stored(waiting).text == "[nom masqué] est top, [téléphone masqué]"
    assert stored(public).text == "Merci [nom masqué]"
    assert stored(elsewhere).text == "Merci Fatoumata"
    later = CommentFactory(touchpoint=place, raw_text="sissako absente")
    assert later.text == "[nom masqué] absente"
    with scopes_disabled():
        remove_agent_name(agent_name=name, by=by)
    run_pending()
    # Still to be read: made anew. Decided: masked for good.
    assert stored(waiting).text == "Fatoumata est top, [téléphone masqué]"
    assert stored(public).text == "Merci [nom masqué]"


def test_the_list_of_names_refuses_doubles_and_what_is_no_name(place, moderator) -> None:
    assert moderator.post(page("agent_names"), {"names": "Zoé Martin"}).status_code == 302
    several = "Zoé Martin\r\n\r\n  Yann   Kerbrat \r\nYann Kerbrat"
    assert moderator.post(page("agent_names"), {"names": several}).status_code == 302
    for names in ("Zoé Martin", "", "a", "12345", "x" * 90, "\x00", "Aïcha\nb", "Nom\n" * 300):
        answer = moderator.post(page("agent_names"), {"names": names})
        assert answer.status_code == 422, names
    with scopes_disabled():
        # All of a list or nothing of it.
        assert set(AgentName.objects.values_list("name", flat=True)) == {
            "Zoé Martin",
            "Yann Kerbrat",
        }
    # The journal names nobody.
    assert "Zoé" not in str([entry.details for entry in Entry.objects.all()])


def test_words_hidden_by_hand_survive_a_change_of_the_list(place) -> None:
    by = PersonFactory()
    comment = CommentFactory(touchpoint=place, raw_text="La dame rousse et Yann")
    moderation.hide_words(comment=comment, words="dame rousse", seen=seen(comment), by=by)
    with scopes_disabled():
        add_agent_names(organisation=place.organisation, names=["Yann"], by=by)
    run_pending()
    assert stored(comment).text == "La [passage masqué] et [nom masqué]"


# --- The raw text


def test_the_raw_text_is_on_the_page_until_its_retention_ends(place, moderator) -> None:
    comment = CommentFactory(touchpoint=place, raw_text="Appelez le 06 12 34 56 78, Ginette")
    moderation.hide_words(comment=comment, words="Ginette", seen=seen(comment), by=PersonFactory())
    address = page("comment", comment.pk)
    assert "06 12 34 56 78" in moderator.get(address).content.decode()
    assert "06 12 34 56 78" not in moderator.get(page("comments")).content.decode()
    with scopes_disabled():
        Comment.objects.update(received_at=timezone.now() - RAW_TEXT_KEPT - timedelta(hours=1))
    run_purges(dry_run=True)
    assert stored(comment).raw_text
    for _again in range(2):  # a restore runs it again
        run_purges()
        after = stored(comment)
        assert (after.raw_text, after.hidden_words) == ("", [])
        assert after.text == "Appelez le [téléphone masqué], [passage masqué]"
    assert "06 12 34 56 78" not in moderator.get(address).content.decode()
    # Names are still masked, and more may be hidden, without the raw text.
    moderation.hide_words(comment=comment, words="Appelez", seen=seen(comment), by=PersonFactory())
    assert stored(comment).hidden_words == []
    with pytest.raises(Conflict, match="effacé"):
        moderation.show_words(comment=comment, number=0, seen=seen(comment), by=PersonFactory())


# --- Tenants


def test_another_body_s_texts_are_absent(place) -> None:
    comment = CommentFactory(touchpoint=place, raw_text="canari-jaune", published=True)
    stranger, _person = coordinator_of(TouchpointFactory().organisation)
    for name in ("comment", "comment_reply"):
        assert stranger.get(page(name, comment.pk)).status_code == 404
    for name in (
        "comment_decide",
        "comment_undo",
        "comment_hide_words",
        "comment_link",
        "comment_reply",
        "comment_reply_withdraw",
    ):
        sent = {"decision": "rejected", "seen": seen(comment), "words": "canari", "text": "x"}
        assert stranger.post(page(name, comment.pk), sent).status_code == 404, name
    bulk = {"decision": "rejected", "texte": [f"{comment.pk}:{seen(comment)}"], "confirm": "1"}
    assert "canari" not in stranger.post(page("comment_bulk"), bulk, follow=True).content.decode()
    assert "canari" not in stranger.get(page("comments")).content.decode()
    assert "canari-jaune" not in stranger.get(page("comments") + "?q=canari").content.decode()
    assert stored(comment).state == CommentState.PUBLISHED
    with scopes_disabled():
        add_agent_names(organisation=place.organisation, names=["Zoé"], by=PersonFactory())
        name = AgentName.objects.get()
    assert stranger.post(page("agent_name_remove", name.pk)).status_code == 404
    assert "Zoé" not in stranger.get(page("agent_names")).content.decode()


# --- At once


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_at_once_one_decides() -> None:
    needs_a_server()
    comment = CommentFactory()
    one, other = PersonFactory(), PersonFactory()
    opened = seen(comment)

    def act(state: CommentState, by):
        def run() -> None:
            with scopes_disabled():
                moderation.decide(comment=comment, state=state, seen=opened, by=by)

        return run

    refusal = at_once(act(CommentState.PUBLISHED, one), act(CommentState.REJECTED, other))
    assert isinstance(refusal, Conflict)
    assert stored(comment).state == CommentState.PUBLISHED
    assert Entry.objects.about("comment", comment.pk).count() == 1


def test_the_interface_has_one_token_per_text(place, moderator) -> None:
    comment = CommentFactory(touchpoint=place)
    html = moderator.get(page("comment", comment.pk)).content.decode()
    assert set(re.findall(r'name="seen" value="([0-9a-f]+)"', html)) == {seen(comment)}
    with pytest.raises(Refusal):
        moderation.hide_words(comment=comment, words="", seen=seen(comment), by=PersonFactory())
