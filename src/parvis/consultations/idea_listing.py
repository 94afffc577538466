"""The ideas of a phase as its page lists them: filters and order in the address, a page at a time.

The order is random by default, and each visitor's own: keys are mixed with the visitor's seed, so
that a page turned, an idea published meanwhile or another filter never shuffles the rest again.
Only what the phase knows reaches the database; anything else in the address is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from parvis.consultations.enums import ContributionKind, ContributionState, Verdict
from parvis.consultations.models import Contribution, OfficialAnswer, Phase
from parvis.consultations.phase_settings import IdeasSettings
from parvis.consultations.pre_electoral import withheld
from parvis.consultations.search import asked_words

IDEAS_A_PAGE = 18
MOST_SEED = 2**31
QUERY_LENGTH = 100

Zone = tuple[float, float, float, float]

RANDOM, LATEST, SUPPORTED = "hasard", "recentes", "soutenues"
ORDERS = {
    RANDOM: _("Au hasard"),
    LATEST: _("Les plus récentes"),
    SUPPORTED: _("Les plus soutenues"),
}
UNANSWERED, GATHERED = "sans-reponse", "reunies"
_VERDICTS = {"retenues": Verdict.RETAINED, "etude": Verdict.STUDIED, "refusees": Verdict.REFUSED}
STATUSES = {
    "retenues": _("Retenues"),
    "etude": _("À l’étude"),
    "refusees": _("Non retenues"),
    UNANSWERED: _("Sans réponse officielle"),
    GATHERED: _("Fusionnées ou scindées"),
}
_SORTS = {LATEST: ("-published_at", "-pk"), SUPPORTED: ("-support_count", "-pk")}


@dataclass(frozen=True, slots=True)
class IdeaFilters:
    """What a visitor asked to see; empty = everything."""

    theme: str = ""
    sector: str = ""
    status: str = ""
    query: str = ""
    order: str = RANDOM
    photos: bool = False
    # South, west, north, east in degrees: what the map shows; None = everywhere.
    zone: Zone | None = None

    @classmethod
    def read(cls, sent: QueryDict, settings: IdeasSettings) -> IdeaFilters:
        """The filters of an address, those that the phase does not know left out."""
        themes = {choice.code for choice in settings.themes}
        sectors = {choice.code for choice in settings.sectors}
        return cls(
            theme=_known(sent.get("theme", ""), themes),
            sector=_known(sent.get("secteur", ""), sectors),
            status=_known(sent.get("etat", ""), STATUSES),
            query=sent.get("q", "").replace("\x00", "").strip()[:QUERY_LENGTH],
            order=_known(sent.get("tri", ""), ORDERS) or RANDOM,
            photos=sent.get("photos") == "oui",
            zone=read_zone(sent.get("zone", "")),
        )

    @property
    def narrows(self) -> bool:
        return bool(self.theme or self.sector or self.status or self.query)

    def parameters(self, **others: str) -> str:
        """The query string of an address that shows the same, but for `others`."""
        own = {
            "theme": self.theme,
            "secteur": self.sector,
            "etat": self.status,
            "q": self.query,
            "tri": "" if self.order == RANDOM else self.order,
            "photos": "oui" if self.photos else "",
            "zone": written_zone(self.zone) if self.zone else "",
            **others,
        }
        kept = {name: value for name, value in own.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def without_zone(self) -> IdeaFilters:
        return replace(self, zone=None)

    def rows(self, phase: Phase) -> QuerySet[Contribution]:
        """The ideas of the phase that anybody may read and that these filters keep."""
        rows: QuerySet[Contribution] = Contribution.objects.filter(
            phase=phase, kind=ContributionKind.IDEA
        )
        if self.status == GATHERED:
            rows = rows.filter(state__in=[ContributionState.MERGED, ContributionState.SPLIT])
        else:
            rows = rows.filter(state=ContributionState.PUBLISHED)
        # By the few answers there are, not by looking for one at each idea.
        answered = OfficialAnswer.objects.filter(contribution__phase=phase)
        if withheld(phase.consultation) is not None:
            answered = answered.none()
        if self.status in _VERDICTS:
            told = answered.filter(verdict=_VERDICTS[self.status])
            rows = rows.filter(pk__in=told.values("contribution"))
        elif self.status == UNANSWERED:
            rows = rows.exclude(pk__in=answered.values("contribution"))
        asked = Q()
        if self.theme:
            asked &= Q(theme=self.theme)
        if self.sector:
            asked &= Q(sector=self.sector)
        if words := asked_words(self.query):
            asked &= Q(search_text__has_words=words)
        elif self.query:
            # Punctuation alone: nothing is called that.
            return rows.none()
        if self.zone:
            south, west, north, east = self.zone
            asked &= Q(latitude__range=(south, north), longitude__range=(west, east))
        return rows.filter(asked)


@dataclass(frozen=True)
class IdeaPage:
    """One page of ideas, and where it stands."""

    ideas: Sequence[Contribution]
    number: int
    count: int

    @cached_property
    def pages(self) -> int:
        return max(1, math.ceil(self.count / IDEAS_A_PAGE))

    @property
    def first(self) -> int:
        return (self.number - 1) * IDEAS_A_PAGE + 1

    @property
    def last(self) -> int:
        return min(self.count, self.number * IDEAS_A_PAGE)

    def near(self) -> Iterator[int | None]:
        """Numbers of the pages to offer; None where some are left out."""
        former = 0
        for number in range(1, self.pages + 1):
            if number in (1, self.pages) or abs(number - self.number) <= 1:
                if number - former > 1:
                    yield None
                yield number
                former = number


def idea_page(phase: Phase, filters: IdeaFilters, *, number: str, seed: int) -> IdeaPage:
    """A page of the ideas kept by the filters; a number beyond the last is the last."""
    rows = filters.rows(phase)
    if filters.order == RANDOM:
        keys = np.fromiter(rows.order_by().values_list("pk", flat=True), dtype=np.uint64)
        count = len(keys)
        asked = _page_number(number, count)
        start = (asked - 1) * IDEAS_A_PAGE
        chosen = shuffled(keys, seed)[start : start + IDEAS_A_PAGE]
    else:
        count = rows.count()
        asked = _page_number(number, count)
        start = (asked - 1) * IDEAS_A_PAGE
        ordered = rows.order_by(*_SORTS[filters.order]).values_list("pk", flat=True)
        chosen = list(ordered[start : start + IDEAS_A_PAGE])
    return IdeaPage(_told(chosen), asked, count)


def shuffled(keys: np.ndarray[Any, np.dtype[np.uint64]], seed: int) -> list[int]:
    """Keys in the order of their hash under a seed (splitmix64): as good as drawn at random."""
    with np.errstate(over="ignore"):
        mixed = keys + np.uint64(seed + 1) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return [int(key) for key in keys[np.argsort(mixed, kind="stable")]]


def read_seed(sent: str) -> int | None:
    """The seed of an address or a cookie; None when it is none."""
    if sent.isascii() and sent.isdigit() and len(sent) < 11 and int(sent) < MOST_SEED:
        return int(sent)
    return None


def read_zone(sent: str) -> Zone | None:
    """The zone of an address, "south,west,north,east"; None when it is none."""
    parts = sent[:80].split(",")
    try:
        south, west, north, east = (float(part) for part in parts)
    except ValueError:
        return None
    if -90 <= south < north <= 90 and -180 <= west < east <= 180:
        return south, west, north, east
    return None


def written_zone(zone: Zone) -> str:
    return ",".join(f"{value:.5f}" for value in zone)


def _told(keys: Sequence[int]) -> list[Contribution]:
    rows = (
        Contribution.objects.filter(pk__in=keys)
        .select_related("official_answer", "author")
        .defer("search_text", "plain_summary", "answers")
    )
    by_key = {row.pk: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


def _page_number(sent: str, count: int) -> int:
    last = max(1, math.ceil(count / IDEAS_A_PAGE))
    if not (sent.isascii() and sent.isdigit()):
        return 1
    return min(max(1, int(sent[:9])), last)


def _known(sent: str, choices: Any) -> str:
    return sent if sent in choices else ""
