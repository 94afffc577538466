"""What the printed codes of a consultation say, in the language in force."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.consultations.models import Consultation
from parvis.documents.ballot_slips import BallotSlips
from parvis.documents.language import reader_language
from parvis.foundation.days import day_in_words
from parvis.foundation.readable_codes import in_groups


def slips_of(
    consultation: Consultation, batch: int, codes: Sequence[str], address: str
) -> BallotSlips:
    """The slips of these codes; `address` is that of the entrance, whole."""
    parts = urlsplit(address)
    last = max(phase.closes_at for phase in consultation.phases.all())
    return BallotSlips(
        language=reader_language(),
        made_at=consultation.created_at,
        author=consultation.organisation.name,
        title=_("Codes à mettre sous enveloppe"),
        poll=consultation.title,
        group=_("Planche %(batch)d") % {"batch": batch},
        count=ngettext("%d code", "%d codes", len(codes)) % len(codes),
        how_to_title=_("Comment les envoyer"),
        how_to=(
            _("Découpez les bulletins et mettez-en un dans chaque enveloppe, sans choisir lequel."),
            _(
                "Personne ne note à qui va quel code : c’est ce hasard qui fait qu’un code ne dit "
                "pas de qui il est."
            ),
            _("Une enveloppe par personne, non par foyer : un code donne une voix."),
            _(
                "Gardez ou détruisez ce fichier comme des bulletins : les codes ne sont écrits "
                "nulle part ailleurs."
            ),
            _(
                "Si la planche est perdue avant l’envoi, annulez-la sur la page de la "
                "consultation, puis imprimez-en une autre."
            ),
        ),
        address=address,
        address_to_type=f"{parts.netloc}{parts.path}".rstrip("/"),
        address_label=_("Scannez, ou ouvrez cette adresse :"),
        code_label=_("Votre code, à taper une fois :"),
        qr_label=_("Code à scanner pour ouvrir la consultation"),
        promise=_(
            "Ce code est à vous seul et donne une voix. Il n’est relié à aucun nom. Sur un autre "
            "appareil, tapez le même code."
        ),
        closes=_("Jusqu’au %(day)s") % {"day": day_in_words(timezone.localdate(last))},
        codes=tuple(in_groups(code) for code in codes),
        simulation=_("Démonstration : organisme fictif")
        if consultation.organisation.is_simulated
        else "",
    )
