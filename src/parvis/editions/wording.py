"""Rules and declarations in words: what the conflict page shows of two versions.

Each function gives one line for each thing a person can change, so that two versions are compared
line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from parvis.editions.dates import moment_in_words
from parvis.editions.declarations import ChannelDeclaration
from parvis.editions.enums import OptionCode
from parvis.editions.models import Election, Registration
from parvis.editions.rules import EditionRules, ElectionRule, OptionRule
from parvis.foundation.days import day_in_words
from parvis.foundation.stale import Difference
from parvis.organisations.enums import OrganisationKind
from parvis.questionnaires.enums import Channel


def euros(cents: int) -> str:
    """An amount in euros, without decimals when there are none: "2 500 €"."""
    amount = Decimal(cents) / 100
    decimals = 0 if cents % 100 == 0 else 2
    return f"{number_format(amount, decimals, use_l10n=True, force_grouping=True)}\u00a0€"


def price_in_words(price_cents: int, free_quota: int) -> str:
    """What an option costs, to whom."""
    if price_cents == 0:
        return _("Gratuit")
    if free_quota:
        return _("%(price)s HT, gratuit pour les %(first)d premiers") % {
            "price": euros(price_cents),
            "first": free_quota,
        }
    return _("%(price)s HT") % {"price": euros(price_cents)}


def percent(value: Decimal) -> str:
    """A share with as many decimals as it needs: "12,5"."""
    return f"{value.normalize():f}".replace(".", ",") if value else "0"


def rules_in_words(rules: EditionRules) -> dict[str, str]:
    """The rules of an edition, one line each."""
    zone = rules.time_zone
    lines = {
        _("Titre"): rules.title,
        _("Adresse de la page"): rules.slug,
        _("Présentation"): rules.presentation,
        _("Fuseau horaire"): zone,
        _("Ouverture des inscriptions"): moment_in_words(rules.registration_opens_at, zone),
        _("Clôture des inscriptions"): moment_in_words(rules.registration_closes_at, zone),
        _("Grille"): str(rules.grid),
    }
    for number, wave in enumerate(rules.waves, start=1):
        lines[_("Vague %(number)d") % {"number": number}] = days_in_words(
            wave.starts_on, wave.ends_on
        )
    for channel, weight in sorted(rules.weights.items()):
        lines[_("Poids : %(channel)s") % {"channel": channel.label}] = f"{percent(weight)} %"
    lines |= {
        _("Autres organismes pour une moyenne"): str(rules.minimum_peers),
        _("Organismes pour des quartiles"): str(rules.minimum_quartile_peers),
        _("Part du poids à évaluer"): f"{rules.minimum_coverage_percent} %",
    }
    for option in rules.options:
        lines[_("Option : %(option)s") % {"option": option.code.label}] = _option_line(option)
    for number, election in enumerate(rules.elections, start=1):
        lines[_("Élection %(number)d") % {"number": number}] = _election_line(election)
    return lines


def days_in_words(first: date, last: date) -> str:
    """A period of days, both included."""
    return _("du %(first)s au %(last)s") % {
        "first": day_in_words(first),
        "last": day_in_words(last),
    }


def _option_line(option: OptionRule) -> str:
    line = price_in_words(option.price_cents, option.free_quota)
    if option.quota is not None:
        line += _(", %(quota)d places") % {"quota": option.quota}
    return f"{line} – {option.description}" if option.description else line


def _election_line(election: ElectionRule) -> str:
    days = days_in_words(election.first_round_on, election.last_round_on)
    return f"{election.label}, {days} ({whom_in_words(election)})"


def whom_in_words(election: Election | ElectionRule) -> str:
    """Whose results an election keeps off public pages: one body, a kind of bodies, or all."""
    if election.organisation is not None:
        return election.organisation.name
    if election.organisation_kind:
        return str(OrganisationKind(election.organisation_kind).label)
    return _("tous les organismes")


def participation_in_words(
    *,
    options: Iterable[OptionCode],
    channels: Iterable[ChannelDeclaration],
    site_names: Iterable[str],
) -> dict[str, str]:
    """What a body ticked and declared, one line each."""
    lines = {_("Options"): ", ".join(sorted(str(code.label) for code in options))}
    declared = {declaration.channel: declaration for declaration in channels}
    for channel in Channel:
        declaration = declared.get(channel)
        if declaration is None:
            lines[str(channel.label)] = ""
        else:
            lines[str(channel.label)] = (
                declaration.address if declaration.exists else _("ce canal n’existe pas")
            )
    lines[_("Lieux d’accueil")] = ", ".join(sorted(site_names))
    return lines


def stored_participation(registration: Registration) -> dict[str, str]:
    """What the registration holds now, as `participation_in_words` tells it."""
    return participation_in_words(
        options=[
            OptionCode(ticked.option.code)
            for ticked in registration.ticked_options.select_related("option")
        ],
        channels=[
            ChannelDeclaration(Channel(row.channel), row.exists, row.address)
            for row in registration.declared_channels.all()
        ],
        site_names=[row.site.name for row in registration.declared_sites.select_related("site")],
    )


def differences(theirs: Mapping[str, str], yours: Mapping[str, str]) -> list[Difference]:
    """The lines of which two versions differ, in the order of the page."""
    empty = _("(vide)")
    labels = list(dict.fromkeys([*yours, *theirs]))
    return [
        Difference(label, theirs.get(label) or empty, yours.get(label) or empty)
        for label in labels
        if theirs.get(label, "") != yours.get(label, "")
    ]
