"""What a coordinator declares of the body: how the public reaches it, and where it is received.

Addresses are checked for the mistakes that would make a contact impossible, not for more: whether
a number answers is precisely what the audits find out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.questionnaires.enums import Channel

MAX_SITES = 50

_PHONE_SEPARATORS = re.compile(r"[\s.\-()\u00a0\u202f]+")
# National short numbers (3 to 6 digits), ten-digit numbers, international ones.
_PHONE = re.compile(r"\d{3,6}|0\d{9}|\+\d{8,15}")
_web_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class ChannelDeclaration:
    """How the public reaches the body by a channel; `exists` False: the body has not got it."""

    channel: Channel
    exists: bool = True
    address: str = ""


@dataclass(frozen=True, slots=True)
class SiteDeclaration:
    """A place of reception; a name the body already declared stands for the place it has."""

    name: str
    address: str = ""
    opening_hours: str = ""


def checked_channel(declaration: ChannelDeclaration) -> ChannelDeclaration:
    """The declaration as it is stored; raises Refusal, naming the channel, for a wrong address."""
    channel = declaration.channel
    address = " ".join(declaration.address.split())
    if not declaration.exists:
        return ChannelDeclaration(channel, exists=False)
    if not address and channel != Channel.VISIT:
        raise Refusal(
            _("%(channel)s : indiquez les coordonnées, ou que ce canal n’existe pas.")
            % {"channel": channel.label},
            field=f"channel_{channel.value}",
        )
    if message := _address_defect(channel, address):
        raise Refusal(message, field=f"channel_{channel.value}")
    return ChannelDeclaration(channel, address=address)


def _address_defect(channel: Channel, address: str) -> str:
    if channel == Channel.PHONE and not _PHONE.fullmatch(_PHONE_SEPARATORS.sub("", address)):
        return _("Ce numéro de téléphone n’a pas une forme connue, comme 01 23 45 67 89 ou 3939.")
    if channel == Channel.EMAIL and not (_is_email(address) or _is_web_address(address)):
        return _("Donnez une adresse électronique, ou l’adresse de la page du formulaire.")
    if channel == Channel.WEBSITE and not _is_web_address(address):
        return _("L’adresse d’un site commence par https:// ou http://.")
    return ""


def _is_email(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def _is_web_address(address: str) -> bool:
    try:
        _web_address(address)
    except ValidationError:
        return False
    return bool(urlsplit(address).hostname)


def checked_sites(sites: Sequence[SiteDeclaration]) -> list[SiteDeclaration]:
    """The places as they are stored, each name once; raises Refusal when one has no name."""
    if len(sites) > MAX_SITES:
        raise Refusal(
            _("Déclarez au plus %(most)d lieux d’accueil.") % {"most": MAX_SITES}, field="sites"
        )
    by_name: dict[str, SiteDeclaration] = {}
    for site in sites:
        name = " ".join(site.name.split())
        if not name:
            raise Refusal(_("Donnez un nom à chaque lieu d’accueil."), field="sites")
        by_name.setdefault(name, SiteDeclaration(name, site.address.strip(), site.opening_hours))
    return list(by_name.values())
