"""The daily search for themes: its rows, their figures, and the label a coordinator gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.enums import NO_LEVEL, CommentState, Level
from parvis.feedback.models import Comment, Theme, ThemeSearch
from parvis.feedback.querysets import CommentQuerySet
from parvis.foundation.errors import Refusal
from parvis.journal.operations import record
from parvis.organisations.models import Organisation
from parvis.statistics.intervals import wilson_interval
from parvis.texts.themes import Found, Known, find_themes
from parvis.texts.themes.finding import TEXTS_AT_LEAST, tidy_label

# The latest comments: a year of a busy body, and a search that takes seconds.
TEXTS_AT_MOST = 5_000
# The language that the stemming knows; the page says how many comments are in another.
READ_LANGUAGE = "fr"
# How long a theme that is no longer found waits to come back under its label.
LOST_KEPT = timedelta(days=90)
# Below so many smileys a mean says nothing.
LEVELS_AT_LEAST = 5
TOP_LEVEL = max(Level)


def bodies_to_search() -> list[int]:
    """Bodies with enough comments in French for themes to mean something."""
    rows = (
        _read()
        .values("organisation")
        .annotate(number=Count("pk"))
        .filter(number__gte=TEXTS_AT_LEAST)
        .order_by("organisation")
    )
    return [row["organisation"] for row in rows]


def _read() -> CommentQuerySet:
    rows: CommentQuerySet = Comment.objects.exclude(state=CommentState.REJECTED).filter(
        language__startswith=READ_LANGUAGE
    )
    return rows


def search_themes(*, organisation_id: int) -> int:
    """Search a body's comments again; return how many themes were found.

    A theme whose words last keeps its row and, when a coordinator chose it, its label. The search
    takes seconds: nothing is locked meanwhile, and it is dropped when another one ended first.
    """
    before = _last_search(organisation_id)
    comments = list(
        _read()
        .filter(organisation=organisation_id)
        .order_by("-received_at", "pk")
        .only("text", "level", "theme")[:TEXTS_AT_MOST]
    )
    comments.reverse()
    known = Theme.objects.filter(organisation=organisation_id).values_list("pk", "words")
    found = find_themes([comment.text for comment in comments], [Known(*one) for one in known])
    return _write(organisation_id, comments, found, before)


def _last_search(organisation_id: int) -> datetime | None:
    searched: datetime | None = (
        ThemeSearch.objects.filter(organisation=organisation_id)
        .values_list("searched_at", flat=True)
        .first()
    )
    return searched


@transaction.atomic
def _write(
    organisation_id: int, comments: Sequence[Comment], found: Found, before: datetime | None
) -> int:
    # Two searches of one body wait for each other here; answers of its kiosks do not.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    if _last_search(organisation_id) != before:
        return Theme.objects.filter(organisation=organisation_id).current().count()
    rows = {theme.pk: theme for theme in Theme.objects.filter(organisation=organisation_id)}
    now = timezone.now()
    themes = _kept(organisation_id, found, rows, comments)
    for theme in themes:
        theme.lost_at = None
        theme.save()
    Theme.objects.filter(organisation=organisation_id, lost_at__isnull=True).exclude(
        pk__in=[theme.pk for theme in themes]
    ).update(lost_at=now, comment_count=0)
    # One that was found for a while and that nobody named or answered is not kept for ever.
    Theme.objects.filter(
        organisation=organisation_id,
        lost_at__lt=now - LOST_KEPT,
        label_is_chosen=False,
        commitments__isnull=True,
    ).delete()
    _tie(organisation_id, comments, found.member, themes)
    others = (
        Comment.objects.filter(organisation=organisation_id)
        .exclude(state=CommentState.REJECTED)
        .exclude(language__startswith=READ_LANGUAGE)
        .count()
    )
    ThemeSearch.objects.update_or_create(
        organisation_id=organisation_id,
        defaults={
            "searched_at": now,
            "comment_count": len(comments),
            "other_languages": others,
            "without_words": found.without_words,
        },
    )
    return len(themes)


def _kept(
    organisation_id: int, found: Found, rows: dict[int, Theme], comments: Sequence[Comment]
) -> list[Theme]:
    levels: dict[int, list[int]] = {number: [] for number in range(len(found.themes))}
    counts = dict.fromkeys(levels, 0)
    for comment, number in zip(comments, found.member, strict=True):
        if number is not None:
            counts[number] += 1
            if comment.level != NO_LEVEL:
                levels[number].append(comment.level)
    themes = []
    for number, group in enumerate(found.themes):
        theme = rows[group.key] if group.key is not None else Theme()
        theme.organisation_id = organisation_id
        theme.words = group.words
        if group.key is None:
            # Once found, a label stays with its theme: a changing name would look like a change.
            theme.label = group.label[:80]
        figures = figures_of(counts[number], len(comments), levels[number])
        theme.comment_count = counts[number]
        theme.share, theme.share_low, theme.share_high = figures.share
        theme.score, theme.score_low, theme.score_high = figures.score
        themes.append(theme)
    return themes


@dataclass(frozen=True)
class Figures:
    """Share of the comments (0–1) and mean smiley (0–100), each with its 95 % interval."""

    share: tuple[float, float, float]
    score: tuple[float, float, float] | tuple[None, None, None]


def figures_of(count: int, total: int, levels: Sequence[int]) -> Figures:
    if not total:
        return Figures((0.0, 0.0, 1.0), (None, None, None))
    low, high = wilson_interval(count, total)
    share = (count / total, float(low), float(high))
    if len(levels) < LEVELS_AT_LEAST:
        return Figures(share, (None, None, None))
    return Figures(share, _mean(levels))


def _mean(levels: Sequence[int]) -> tuple[float, float, float]:
    """Mean of smileys on the scale 0–100 with its Student interval, clipped to the scale.

    When all are alike the variance is that of one among them a level apart: 12 faces that smile
    do not prove that everybody does.
    """
    from scipy.stats import t as student

    scores = [100 * level / TOP_LEVEL for level in levels]
    count = len(scores)
    mean = sum(scores) / count
    squares = sum((score - mean) ** 2 for score in scores)
    step = 100 / TOP_LEVEL
    squares = squares or step * step * (count - 1) / count
    half = float(student.ppf(0.975, count - 1)) * math.sqrt(squares / (count - 1) / count)
    return mean, max(0.0, mean - half), min(100.0, mean + half)


def _tie(
    organisation_id: int,
    comments: Sequence[Comment],
    member: Sequence[int | None],
    themes: Sequence[Theme],
) -> None:
    """Write the theme of each comment, those that change only."""
    wanted: dict[int | None, list[int]] = {}
    for comment, number in zip(comments, member, strict=True):
        theme_id = themes[number].pk if number is not None else None
        if comment.theme_id != theme_id:
            wanted.setdefault(theme_id, []).append(comment.pk)
    for theme_id, numbers in wanted.items():
        for start in range(0, len(numbers), 1_000):
            Comment.objects.filter(
                organisation=organisation_id, pk__in=numbers[start : start + 1_000]
            ).update(theme=theme_id)


@transaction.atomic
def rename_theme(*, theme: Theme, label: str, by: Person) -> Theme:
    """Give a theme the body's own words, which the search no longer changes."""
    label = tidy_label(label)
    if not label:
        raise Refusal(_("Donnez un nom à ce thème."), field="label")
    if len(label) > 80:
        raise Refusal(_("Ce nom dépasse 80 caractères."), field="label")
    locked = Theme.objects.select_for_update().get(pk=theme.pk)
    locked.label = label
    locked.label_is_chosen = True
    locked.save(update_fields=["label", "label_is_chosen"])
    record(
        action="theme.renamed",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
    )
    return locked
