"""What the address of a board asks for: place, service, touchpoint, period.

The address is the whole state of the page: it may be kept and shared. A value that names nothing is
left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.feedback.boards.periods import LONGEST_DAYS, Period, months_before
from parvis.feedback.models import Touchpoint

DEFAULT_PERIOD = "30j"
PERIODS: Mapping[str, str | Promise] = {
    "7j": gettext_lazy("7 derniers jours"),
    "30j": gettext_lazy("30 derniers jours"),
    "90j": gettext_lazy("90 derniers jours"),
    "12m": gettext_lazy("12 derniers mois"),
    "24m": gettext_lazy("24 derniers mois"),
}
EARLIEST = date(2000, 1, 1)


def named_period(name: str, today: date) -> Period:
    """One of `PERIODS`, up to today; months are calendar months, the running one included."""
    if name.endswith("j"):
        return Period(today - timedelta(days=int(name[:-1]) - 1), today)
    return Period(months_before(today, int(name[:-1]) - 1), today)


def shown_in_detail(touchpoint: Touchpoint, period: Period) -> bool:
    """Whether days and hours of the period may be shown: enough people work there, and did then.

    `touchpoint` comes with its `watch`.
    """
    if touchpoint.could_follow_an_agent:
        return False
    watch = getattr(touchpoint, "watch", None)
    return watch is None or watch.few_agents_on is None or watch.few_agents_on < period.first


@dataclass(slots=True)
class BoardFilters:
    """The selection, and what the controls of the page show of it.

    `detailed` are the touchpoints whose figures are added up and drawn; `by_period` those with few
    agents, shown apart: the two are never in one sum, so that no subtraction leads to the latter.
    """

    period: Period
    detailed: list[Touchpoint]
    by_period: list[Touchpoint]
    values: dict[str, str]
    sites: Sequence[tuple[str, str]]
    services: Sequence[tuple[str, str]]
    points: Sequence[tuple[str, str]]
    notices: list[str] = field(default_factory=list)

    @property
    def is_narrowed(self) -> bool:
        return any(self.values[name] for name in ("lieu", "service", "point"))

    @property
    def query(self) -> str:
        """The address's part after "?", in a fixed order."""
        return urlencode([(name, value) for name, value in self.values.items() if value])


def read_filters(
    parameters: Mapping[str, str], touchpoints: Sequence[Touchpoint], today: date
) -> BoardFilters:
    """Read the parameters over the touchpoints the person may see."""
    notices: list[str] = []

    def chosen(name: str, options: Sequence[tuple[str, str]], label: str) -> str:
        raw = parameters.get(name, "").replace("\x00", "").strip()
        if raw and raw not in dict(options):
            notices.append(
                _("Filtre « %(label)s » : valeur inconnue, laissée de côté.") % {"label": label}
            )
            return ""
        return raw

    sites = sorted(
        {(str(t.site_id), t.site.name) for t in touchpoints if t.site is not None},
        key=lambda option: option[1],
    )
    services = sorted({(t.service, t.service) for t in touchpoints if t.service})
    points = [(str(t.pk), t.name) for t in touchpoints]
    values = {
        "lieu": chosen("lieu", sites, _("Lieu")),
        "service": chosen("service", services, _("Service")),
        "point": chosen("point", points, _("Point d’écoute")),
    }
    period, of_period = _period(parameters, today, notices)
    values |= of_period
    kept = [
        touchpoint
        for touchpoint in touchpoints
        if values["lieu"] in ("", str(touchpoint.site_id))
        and values["service"] in ("", touchpoint.service)
        and values["point"] in ("", str(touchpoint.pk))
    ]
    return BoardFilters(
        period=period,
        detailed=[t for t in kept if shown_in_detail(t, period)],
        by_period=[t for t in kept if not shown_in_detail(t, period)],
        values=values,
        sites=sites,
        services=services,
        points=points,
        notices=notices,
    )


def _period(
    parameters: Mapping[str, str], today: date, notices: list[str]
) -> tuple[Period, dict[str, str]]:
    first, last = parameters.get("du", "").strip(), parameters.get("au", "").strip()
    if first or last:
        found = _between(first, last, today)
        if found is not None:
            return found, {
                "periode": "",
                "du": found.first.isoformat(),
                "au": found.last.isoformat(),
            }
        notices.append(
            _("Dates illisibles ou dans le désordre : la période habituelle est reprise.")
        )
    name = parameters.get("periode", "").strip() or DEFAULT_PERIOD
    if name not in PERIODS:
        notices.append(
            _("Filtre « %(label)s » : valeur inconnue, laissée de côté.") % {"label": _("Période")}
        )
        name = DEFAULT_PERIOD
    return named_period(name, today), {"periode": name, "du": "", "au": ""}


def _between(first: str, last: str, today: date) -> Period | None:
    try:
        start = parse_date(first) if first else None
        end = parse_date(last) if last else today
    except ValueError:  # the 31st of February
        return None
    if start is None and end is not None and not first:
        start = end - timedelta(days=29)
    if start is None or end is None:
        return None
    end = min(end, today)
    if not EARLIEST <= start <= end or (end - start).days >= LONGEST_DAYS:
        return None
    return Period(start, end)
