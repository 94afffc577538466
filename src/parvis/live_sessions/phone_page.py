"""What the page of a room gives its script: addresses, and every word it says."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.live_sessions.models import LiveSession
from parvis.live_sessions.session_document import MOST_WORDS
from parvis.staff_polls.player_page import card_words
from parvis.staff_polls.poll_document import SLIDER_MAX


def page_data(session: LiveSession, *, language: str) -> dict[str, Any]:
    """The same for all who open this room."""
    args = [session.code]
    return {
        "code": session.code,
        "language": language,
        "last": SLIDER_MAX,
        "mostWords": MOST_WORDS,
        "addresses": {
            "state": reverse("live_sessions:state", args=args),
            "enter": reverse("live_sessions:enter", args=args),
            "vote": reverse("live_sessions:vote", args=args),
        },
        "words": {**card_words(), **_words()},
    }


def _words() -> dict[str, Any]:
    """The texts by name; the script fills their {places}."""
    return {
        "waitTitle": _("Vous êtes dans la salle"),
        "waitHint": _("La première carte arrive. Gardez cette page ouverte et regardez l’écran."),
        "send": _("Envoyer ma réponse"),
        "sendAgain": _("Envoyer ma nouvelle réponse"),
        "sending": _("Envoi en cours…"),
        "answerFirst": _("Répondez d’abord à la carte."),
        "changed": _("Votre changement n’est pas encore envoyé."),
        "received": _("Votre réponse est enregistrée."),
        "receivedHint": _("Tant que le vote est ouvert, vous pouvez la changer."),
        "notSent": _("Votre réponse est gardée sur cet appareil, et pas encore envoyée."),
        "lost": _("Le réseau manque. Nouvel essai…"),
        "lostHint": _("Cette page se remettra à jour toute seule."),
        "closed": _("Le vote est clos"),
        "closedHint": _("Les résultats vont paraître sur l’écran."),
        "closedCounted": _("Votre réponse est comptée."),
        "closedWithout": _("Vous n’avez pas répondu à cette carte."),
        "tooLate": _(
            "Le vote était déjà clos quand votre réponse est arrivée : elle n’est pas comptée."
        ),
        "lateChange": _(
            "Le vote était déjà clos quand votre changement est arrivé : c’est votre réponse "
            "d’avant qui est comptée."
        ),
        "lateUnsure": _(
            "Le réseau a manqué pendant l’envoi, et le vote s’est clos : nous ne savons pas si "
            "votre réponse est comptée."
        ),
        "sorting": _("L’animateur relit ce que la salle a écrit."),
        "shownHint": _("Aussi sur l’écran."),
        "ended": _("La séance est terminée"),
        "endedHint": _(
            "Merci d’y avoir pris part. Les réponses de chacun viennent d’être détruites."
        ),
        "wordLabel": _("Mot {rank}"),
        "wordsHint": _("Un à trois mots, comme ils viennent."),
        "supportHint": _("Soutenez toutes les idées qui vous plaisent."),
        "newCard": _("Nouvelle carte : {text}"),
    }
