"""Themes: groups that mean something, labels that stay, figures with their intervals."""

from __future__ import annotations

import csv
import html
import random
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import CommentState
from parvis.feedback.models import Comment, Theme, ThemeSearch
from parvis.feedback.operations import themes as operations
from parvis.feedback.operations.themes import (
    bodies_to_search,
    figures_of,
    rename_theme,
    search_themes,
)
from parvis.feedback.tasks.comments import search_themes_daily
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.foundation.worker import run_pending
from parvis.organisations.tests.factories import coordinator_of
from parvis.texts.themes import Known, find_themes
from parvis.texts.themes.finding import cosine, matched, themes_wanted
from parvis.texts.themes.words import stem, telling_words

# Beside the checkout, where it is there: real inputs are not copied into the project.
PROPOSALS = Path(__file__).resolve().parents[5] / "shared/data/decidim-lille/proposals.csv"

SUBJECTS = {
    "attente": [
        "L’attente au guichet est interminable, plus d’une heure",
        "Attente trop longue aux guichets, une heure de queue",
        "Une heure d’attente, la queue déborde du guichet",
        "File d’attente interminable, queue jusqu’à la porte du guichet",
    ],
    "parking": [
        "Impossible de stationner, le parking est complet",
        "Le stationnement est payant et le parking trop petit",
        "Parking complet, stationnement impossible autour de la mairie",
        "Pas de places de parking, stationnement sauvage",
    ],
    "horaires": [
        "Les horaires d’ouverture ne conviennent pas, fermé le samedi",
        "Ouverture trop courte, horaires inadaptés aux salariés",
        "Fermé le samedi, élargissez les horaires d’ouverture",
        "Horaires d’ouverture illisibles, service fermé le midi",
    ],
}


def comments_about(count: int, seed: int = 1) -> list[tuple[str, str]]:
    """`count` made-up comments as (subject, text), in a known order."""
    draw = random.Random(seed)
    extra = ["dossier", "carte", "passeport", "accueil", "enfants", "papiers", "salle", "agents"]
    made = []
    for number in range(count):
        subject = list(SUBJECTS)[number % 3]
        text = draw.choice(SUBJECTS[subject])
        made.append((subject, f"{text} {draw.choice(extra)} {draw.choice(extra)}"))
    draw.shuffle(made)
    return made


# --- Finding


def test_words_say_what_a_text_is_about() -> None:
    assert telling_words("Bonjour, l’ATTENTE était très longue à l’Hôtel de Ville !") == [
        ("attente", "attente"),
        ("longue", "longue"),
        ("hôtel", "hotel"),
        ("ville", "ville"),
    ]
    assert telling_words("[nom masqué] 06 12 😀 " + "x" * 40) == []
    assert stem("attentes") == stem("attente")


def test_three_subjects_give_three_themes_in_plain_words() -> None:
    made = comments_about(90)
    found = find_themes([text for _subject, text in made])
    of_subject = {}
    for (subject, _text), number in zip(made, found.member, strict=True):
        if number is not None:
            of_subject.setdefault(number, []).append(subject)
    # Each theme speaks of one subject.
    for subjects in of_subject.values():
        main = max(set(subjects), key=subjects.count)
        assert subjects.count(main) >= 0.9 * len(subjects)
    labels = " ".join(theme.label for theme in found.themes)
    assert "attente" in labels
    assert "parking" in labels
    assert "ouverture" in labels or "horaires" in labels
    # Surface forms, with their accents.
    assert "fermé" in labels or "horaires" in labels


def test_the_same_texts_give_the_same_themes() -> None:
    texts = [text for _subject, text in comments_about(60)]
    assert find_themes(texts) == find_themes(texts)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["Trop d’attente"] * 29,
        [""] * 100,
        ["le la les"] * 100,
        ["😀🎉"] * 100,
        ["Trop d’attente"] * 100,
        ["=cmd|' /C calc'!A0 <b>x</b>"] * 60,
    ],
)
def test_what_has_no_theme_gives_none(texts: list[str]) -> None:
    found = find_themes(texts)
    assert found.themes == [] or len(found.themes) <= 1
    assert len(found.member) == len(texts)


def test_the_number_of_themes_follows_the_size() -> None:
    assert [themes_wanted(count) for count in (30, 120, 500, 5_000)] == [3, 6, 12, 12]


def test_themes_are_matched_one_to_one_and_best_in_all() -> None:
    known = [Known(1, {"a": 1.0}), Known(2, {"b": 1.0}), Known(3, {"z": 1.0})]
    near_both = {"a": 0.8, "b": 0.6}
    assert matched([near_both, {"a": 1.0}, {"q": 1.0}], known) == [2, 1, None]
    assert cosine({}, {"a": 1.0}) == 0.0
    assert cosine({"a": 0.6, "b": 0.8}, {"a": 0.6, "b": 0.8}) == pytest.approx(1.0)


def stability(texts: list[str]) -> float:
    """Share of the labels that ten per cent more comments leave as they were."""
    before = texts[: round(len(texts) / 1.1)]
    first = find_themes(before)
    known = [Known(number, theme.words) for number, theme in enumerate(first.themes)]
    second = find_themes(texts, known)
    kept = {theme.key for theme in second.themes if theme.key is not None}
    return len(kept) / len(first.themes)


def test_ten_per_cent_more_comments_keep_the_labels() -> None:
    assert stability([text for _subject, text in comments_about(220)]) >= 0.8


def test_real_proposals_keep_their_labels() -> None:
    if not PROPOSALS.exists():
        pytest.skip(f"{PROPOSALS} is not on this machine")
    with PROPOSALS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    texts = [f"{row['title']}. {row['body']}" for row in rows]
    assert len(texts) > 150
    found = find_themes(texts)
    assert 5 <= len(found.themes) <= 12
    # Most proposals speak of something that others speak of too.
    assert sum(number is not None for number in found.member) >= 0.85 * len(texts)
    for seed in range(3):
        shuffled = list(texts)
        random.Random(seed).shuffle(shuffled)
        assert stability(shuffled) >= 0.8


# --- Figures


def test_the_figures_of_a_theme() -> None:
    figures = figures_of(8, 9, [3, 3, 3, 3])
    assert figures.share == pytest.approx((8 / 9, 0.565, 0.98), abs=0.01)
    assert figures.score == (None, None, None)
    mean, low, high = figures_of(5, 10, [0, 1, 2, 3, 3]).score
    # Student: mean 60, s = 43.46, half-width 2.776 × 43.46 / √5 = 53.96.
    assert (mean, low, high) == pytest.approx((60.0, 6.04, 100.0), abs=0.05)
    mean, low, high = figures_of(12, 12, [3] * 12).score
    assert mean == high == 100.0
    assert 90 < low < 100


# --- Rows


def store(place, made: list[tuple[str, str]], **changes) -> None:
    with scopes_disabled():
        Comment.objects.bulk_create(
            Comment(
                organisation=place.organisation,
                touchpoint=place,
                answer_id=f"{Comment.objects.count() + number:032x}",
                visit=f"{number:032x}",
                kind="comment",
                level=0 if subject == "attente" else 3,
                language="fr",
                text=text,
                day=timezone.localdate(),
                **changes,
            )
            for number, (subject, text) in enumerate(made)
        )


@pytest.fixture
def place():
    return TouchpointFactory()


@pytest.mark.django_db
def test_a_chosen_label_stays_from_one_day_to_the_next(place) -> None:
    store(place, comments_about(90))
    number = place.organisation_id
    with scopes_disabled():
        assert search_themes(organisation_id=number) >= 3
        waiting = Theme.objects.filter(label__contains="attente").first()
        rename_theme(theme=waiting, label="  Temps   d’attente ", by=PersonFactory())
        before = dict(Theme.objects.values_list("pk", "label"))
    store(place, comments_about(9, seed=2))
    with scopes_disabled():
        search_themes(organisation_id=number)
        after = dict(Theme.objects.current().values_list("pk", "label"))
        assert after[waiting.pk] == "Temps d’attente"
        assert sum(after.get(pk) == label for pk, label in before.items()) >= 0.8 * len(before)
        waiting.refresh_from_db()
        assert waiting.score == 0.0
        assert waiting.score_high > 0.0
        assert waiting.comments.count() == waiting.comment_count > 20


@pytest.mark.django_db
def test_a_theme_that_is_no_longer_found_comes_back_with_its_label(place) -> None:
    number = place.organisation_id
    store(place, comments_about(90))
    with scopes_disabled():
        search_themes(organisation_id=number)
        parking = (
            Theme.objects.filter(label__contains="parking").first()
            or Theme.objects.filter(label__contains="stationnement").first()
        )
        rename_theme(theme=parking, label="Se garer", by=PersonFactory())
        Comment.objects.filter(theme=parking).update(
            state=CommentState.REJECTED, moderated_at=timezone.now()
        )
        search_themes(organisation_id=number)
        parking.refresh_from_db()
        assert parking.lost_at is not None
        Comment.objects.update(state=CommentState.PENDING)
        search_themes(organisation_id=number)
        parking.refresh_from_db()
        assert parking.lost_at is None
        assert parking.label == "Se garer"
        # Lost for months: forgotten, unless somebody named it.
        Theme.objects.update(lost_at=timezone.now() - timedelta(days=91))
        Theme.objects.filter(pk=parking.pk).update(words={"zz": 1.0})
        gone = Theme.objects.create(
            organisation=place.organisation,
            label="xx",
            words={"xx": 1.0},
            lost_at=timezone.now() - timedelta(days=91),
        )
        search_themes(organisation_id=number)
        assert Theme.objects.filter(pk=parking.pk).exists()
        assert not Theme.objects.filter(pk=gone.pk).exists()


@pytest.mark.django_db
def test_other_languages_are_left_out_and_said_so(place) -> None:
    store(place, comments_about(60))
    store(
        place,
        [("other", "The queue is far too long here")] * 7,
    )
    with scopes_disabled():
        Comment.objects.filter(text__startswith="The queue").update(language="en")
        search_themes(organisation_id=place.organisation_id)
        done = ThemeSearch.objects.get()
        assert (done.comment_count, done.other_languages) == (60, 7)
        assert not Comment.objects.filter(language="en", theme__isnull=False).exists()
    client, _person = coordinator_of(place.organisation)
    text = client.get(reverse("feedback:themes")).content.decode()
    assert "7 commentaires dans une autre langue" in text


@pytest.mark.django_db
def test_the_daily_task_searches_bodies_with_enough_comments(place) -> None:
    few = TouchpointFactory()
    store(place, comments_about(60))
    store(few, comments_about(12))
    with scopes_disabled():
        assert bodies_to_search() == [place.organisation_id]
    search_themes_daily.enqueue()
    run_pending()
    with scopes_disabled():
        assert set(Theme.objects.values_list("organisation", flat=True)) == {place.organisation_id}
    client, _person = coordinator_of(few.organisation)
    text = client.get(reverse("feedback:themes")).content.decode()
    assert "vous en avez 12" in text


@pytest.mark.django_db
def test_themes_of_another_body_are_absent(place) -> None:
    store(place, comments_about(60))
    with scopes_disabled():
        search_themes(organisation_id=place.organisation_id)
        theme = Theme.objects.first()
    stranger, _person = coordinator_of(TouchpointFactory().organisation)
    address = reverse("feedback:theme_rename", args=[theme.pk])
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"label": "x"}).status_code == 404
    own, _person = coordinator_of(place.organisation)
    with scopes_disabled():
        example = theme.comments.order_by("-received_at", "-pk").first().text
    assert example in html.unescape(own.get(address).content.decode())
    assert own.post(address, {"label": ""}).status_code == 422
    assert own.post(address, {"label": "Files"}).status_code == 302
    assert "Files" in own.get(reverse("feedback:themes")).content.decode()


@pytest.mark.django_db
def test_a_search_that_ends_second_changes_nothing(place, monkeypatch) -> None:
    """Two workers search the same body: the slower one would open the same themes again."""
    store(place, comments_about(60))
    number = place.organisation_id

    def while_another_ends(texts, known):
        monkeypatch.setattr(operations, "find_themes", find_themes)
        operations.search_themes(organisation_id=number)
        return find_themes(texts, known)

    monkeypatch.setattr(operations, "find_themes", while_another_ends)
    with scopes_disabled():
        count = operations.search_themes(organisation_id=number)
        assert Theme.objects.count() == count >= 3
