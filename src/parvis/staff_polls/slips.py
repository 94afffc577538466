"""What the printed slips of a group say, in the language in force."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.documents.ballot_slips import BallotSlips
from parvis.documents.language import reader_language
from parvis.foundation.days import day_in_words
from parvis.foundation.readable_codes import in_groups
from parvis.staff_polls.addresses import to_type
from parvis.staff_polls.models import PollGroup, StaffPoll
from parvis.staff_polls.operations.preparing import closing_day


def slips_of(poll: StaffPoll, group: PollGroup, codes: Sequence[str], address: str) -> BallotSlips:
    """The slips of these codes; `address` is that of the page of agents, whole."""
    day = closing_day(poll)
    assert poll.launched_at is not None  # constraint: launched once
    assert day is not None  # constraint: launched with an end
    return BallotSlips(
        language=reader_language(),
        made_at=poll.launched_at,
        author=poll.organisation.name,
        title=_("Bulletins à tirer au sort"),
        poll=poll.title,
        group=group.name,
        count=ngettext("%d bulletin", "%d bulletins", len(codes)) % len(codes),
        how_to_title=_("Comment les distribuer"),
        how_to=(
            _(
                "Découpez les bulletins sans les lire, pliez-les en quatre et mêlez-les dans une "
                "boîte."
            ),
            _("Chaque agent sans courriel en tire un, lui-même, et n’en tire qu’un."),
            _("Personne ne note qui a tiré, ni quel bulletin : c’est ce hasard qui rend anonyme."),
            _("Ce qui reste dans la boîte est détruit à la clôture, cette page comprise."),
            _(
                "Ne photographiez pas ces pages et ne gardez pas le fichier : les codes ne sont "
                "écrits nulle part ailleurs, et une planche perdue ne se remplace pas."
            ),
        ),
        address=address,
        address_to_type=to_type(address),
        address_label=_("Scannez, ou ouvrez cette adresse :"),
        code_label=_("Votre code, à taper une fois :"),
        qr_label=_("Code à scanner pour ouvrir le sondage"),
        promise=_(
            "Anonyme : ce bulletin a été tiré au sort, rien ne le relie à vous. Le code ne sert "
            "qu’à compter chaque bulletin une seule fois."
        ),
        closes=_("Jusqu’au %(day)s inclus") % {"day": day_in_words(day)},
        codes=tuple(in_groups(code) for code in codes),
        simulation=_("Démonstration : organisme fictif") if poll.organisation.is_simulated else "",
    )
