"""The rules of an edition as plain values: their defaults, and what makes them contradict.

The creation form, the command that prepares a demonstration and the tests all hand the same
`EditionRules` to the operations; the checks live here so that none of them can be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

from django.utils.translation import gettext as _

from parvis.editions.dates import is_time_zone, local_day
from parvis.editions.enums import OptionCode
from parvis.foundation.errors import Refusal
from parvis.organisations.models import Organisation
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.models import Grid

# Weight of each channel in the overall score, in percent (domain.md §4, a choice of ours): social
# networks and visits are scored and compared among those who have them, outside the overall score.
DEFAULT_WEIGHTS: Mapping[Channel, Decimal] = MappingProxyType(
    {
        Channel.PHONE: Decimal(30),
        Channel.EMAIL: Decimal(30),
        Channel.WEBSITE: Decimal(25),
        Channel.POST: Decimal(15),
        Channel.SOCIAL: Decimal(0),
        Channel.VISIT: Decimal(0),
    }
)
LOWEST_MINIMUM_PEERS = 5
LOWEST_MINIMUM_QUARTILE_PEERS = 10
MAX_WAVES = 4

# Addresses that pages of the room already use.
RESERVED_SLUGS = frozenset({"gestion", "inscriptions"})

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class WaveRule:
    """First and last day of a period of fieldwork, both included."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class OptionRule:
    """Terms of an option: price in cents excluding tax, quotas in participants (None: no limit)."""

    code: OptionCode
    price_cents: int = 0
    free_quota: int = 0
    quota: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class ElectionRule:
    """An election of a kind of body (empty: every kind), or of one body."""

    label: str
    first_round_on: date
    last_round_on: date
    organisation_kind: str = ""
    organisation: Organisation | None = None


@dataclass(frozen=True, slots=True)
class EditionRules:
    """Everything the operator decides about an edition before it opens.

    Moments are aware; days are read in `time_zone`. `weights` are in percent and total 100.
    """

    title: str
    slug: str
    registration_opens_at: datetime
    registration_closes_at: datetime
    grid: Grid
    waves: Sequence[WaveRule]
    presentation: str = ""
    time_zone: str = "Europe/Paris"
    weights: Mapping[Channel, Decimal] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    minimum_peers: int = LOWEST_MINIMUM_PEERS
    minimum_quartile_peers: int = LOWEST_MINIMUM_QUARTILE_PEERS
    minimum_coverage_percent: int = 60
    options: Sequence[OptionRule] = ()
    elections: Sequence[ElectionRule] = ()


def check(rules: EditionRules) -> None:
    """Raise Refusal, naming the field, for the first rule that cannot stand with the others."""
    _check_identity(rules)
    _check_calendar(rules)
    _check_weights(rules.weights)
    _check_thresholds(rules)
    _check_options(rules.options)
    for election in rules.elections:
        if election.last_round_on < election.first_round_on:
            raise Refusal(
                _("« %(label)s » : le dernier tour précède le premier.")
                % {"label": election.label},
                field="elections",
            )


def _check_identity(rules: EditionRules) -> None:
    if not rules.title.strip():
        raise Refusal(_("Donnez un titre à l’édition."), field="title")
    if not _SLUG.fullmatch(rules.slug):
        raise Refusal(
            _("L’adresse s’écrit en minuscules sans accent, chiffres et tirets : « edition-9 »."),
            field="slug",
        )
    if rules.slug in RESERVED_SLUGS:
        raise Refusal(
            _("L’adresse « %(slug)s » est déjà prise.") % {"slug": rules.slug}, field="slug"
        )
    if not is_time_zone(rules.time_zone):
        raise Refusal(
            _("Le fuseau « %(zone)s » n’existe pas.") % {"zone": rules.time_zone}, field="time_zone"
        )


def _check_calendar(rules: EditionRules) -> None:
    if rules.registration_closes_at <= rules.registration_opens_at:
        raise Refusal(
            _("La clôture des inscriptions doit venir après leur ouverture."),
            field="registration_closes_at",
        )
    if not 1 <= len(rules.waves) <= MAX_WAVES:
        raise Refusal(
            _("Une édition compte de 1 à %(most)d vagues.") % {"most": MAX_WAVES}, field="waves"
        )
    for number, wave in enumerate(rules.waves, start=1):
        if wave.ends_on < wave.starts_on:
            raise Refusal(
                _("Vague %(number)d : le dernier jour précède le premier.") % {"number": number},
                field="waves",
            )
    for number, (former, later) in enumerate(pairwise(rules.waves), start=2):
        if later.starts_on <= former.ends_on:
            raise Refusal(
                _("La vague %(number)d commence avant la fin de la précédente.")
                % {"number": number},
                field="waves",
            )
    if rules.waves[0].starts_on < local_day(rules.registration_opens_at, rules.time_zone):
        raise Refusal(
            _("La première vague commence avant l’ouverture des inscriptions."), field="waves"
        )


def _check_weights(weights: Mapping[Channel, Decimal]) -> None:
    for channel, weight in weights.items():
        if not 0 <= weight <= 100:
            raise Refusal(
                _("%(channel)s : un poids se donne entre 0 et 100.") % {"channel": channel.label},
                field="weights",
            )
        if weight != round(weight, 2):
            raise Refusal(
                _("%(channel)s : deux décimales au plus.") % {"channel": channel.label},
                field="weights",
            )
    total = sum(weights.values(), Decimal(0))
    if total != 100:
        raise Refusal(
            _("Les poids des canaux totalisent %(total)s %% au lieu de 100 %%.")
            % {"total": f"{total.normalize():f}".replace(".", ",")},
            field="weights",
        )


def _check_thresholds(rules: EditionRules) -> None:
    if rules.minimum_peers < LOWEST_MINIMUM_PEERS:
        raise Refusal(
            _("Une moyenne demande au moins 5 autres organismes : le secret de chacun en dépend."),
            field="minimum_peers",
        )
    if rules.minimum_quartile_peers < LOWEST_MINIMUM_QUARTILE_PEERS:
        raise Refusal(
            _("Des quartiles demandent au moins 10 organismes : le secret de chacun en dépend."),
            field="minimum_quartile_peers",
        )
    if not 1 <= rules.minimum_coverage_percent <= 100:
        raise Refusal(
            _("La part du poids à évaluer se donne entre 1 et 100 %."),
            field="minimum_coverage_percent",
        )


def _check_options(options: Sequence[OptionRule]) -> None:
    codes = [option.code for option in options]
    if len(set(codes)) != len(codes):
        raise Refusal(_("La même option figure deux fois."), field="options")
    for option in options:
        if option.price_cents < 0 or option.free_quota < 0:
            raise Refusal(_("Un prix ou un quota n’est jamais négatif."), field="options")
        if option.quota is not None and option.quota < 1:
            raise Refusal(
                _("%(option)s : un nombre maximal vaut au moins 1, ou reste vide.")
                % {"option": option.code.label},
                field="options",
            )
