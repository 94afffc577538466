"""What the page of a poll gives its player: cards, addresses, and every word it says."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parvis.foundation.readable_codes import ALPHABET
from parvis.staff_polls.codes import BALLOT_LENGTH
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.poll_document import (
    MAX_SENTENCE_CHARACTERS,
    SLIDER_MAX,
    Card,
    read_document,
)
from parvis.staff_polls.wording import smiley_labels

# Seconds that a card takes, about: most are one touch.
_SECONDS = {CardKind.SENTENCE: 40, CardKind.RANKING: 30, CardKind.MULTIPLE: 20}
_SECONDS_OTHERS = 10


def minutes_needed(kinds: Iterable[Any]) -> int:
    """Minutes to answer cards of these kinds, rounded up; one at least."""
    seconds = sum(_SECONDS.get(kind, _SECONDS_OTHERS) for kind in kinds)
    return max(1, -(-seconds // 60))


def player_data(poll: StaffPoll) -> dict[str, Any]:
    """Everything a player knows; the same for all who open this poll."""
    args = [poll.code]
    return {
        "poll": poll.code,
        "state": poll.state,
        "revision": poll.revision,
        "language": get_language(),
        "cards": [card_content(card) for card in read_document(poll.document).cards],
        "keys": fingerprints(poll),
        "code": {"alphabet": ALPHABET, "length": BALLOT_LENGTH},
        "most": MAX_SENTENCE_CHARACTERS,
        "last": SLIDER_MAX,
        "addresses": {
            "token": reverse("staff_polls:take_token", args=args),
            "ballot": reverse("staff_polls:cast", args=args),
            "state": reverse("staff_polls:state", args=args),
            "reveal": reverse("staff_polls:reveal", args=args),
            "blindToken": static("foundation/js/blind-token.js"),
        },
        "words": words(),
    }


def fingerprints(poll: StaffPoll) -> dict[int, str]:
    """SHA-256 of each group's public key, by its number.

    The player takes no other key: one made for a single agent would be a name on their ballot.
    The page that bears these is asked for without the invitation, and is the same for everybody.
    """
    return {
        group.number: sha256(bytes(group.public_key)).hexdigest()
        for group in poll.voting_groups()
        if group.public_key
    }


def card_content(card: Card) -> dict[str, Any]:
    """A card as a page draws it."""
    shown: dict[str, Any] = {"key": card.key, "kind": card.kind, "text": card.text}
    if card.options:
        shown["options"] = [{"code": one.code, "text": one.text} for one in card.options]
    if card.kind == CardKind.SLIDER:
        shown |= {"low": card.low, "high": card.high}
    return shown


def card_words() -> dict[str, Any]:
    """The texts of the cards themselves, by name, whatever page draws them."""
    return {
        "notKept": _(
            "Cet appareil ne garde rien d’une visite à l’autre (navigation privée ?) : répondez et "
            "envoyez sans fermer cette page."
        ),
        "agree": [_("Pas d’accord"), _("D’accord"), _("Je ne sais pas")],
        "agreeHint": _("Touchez un bouton, ou faites glisser la carte."),
        "agreeKeys": _("Au clavier : ← ou →."),
        "smileyHint": "",
        "smileys": smiley_labels(),
        "sliderHint": _("Déplacez le curseur."),
        "noOpinion": _("Sans avis"),
        "outOf": _("{value} sur {last}"),
        "guessHint": _("Touchez une silhouette ou déplacez le curseur : combien sur dix ?"),
        "guessed": _("{value} sur dix"),
        "noGuess": _("Pas encore deviné"),
        "singleHint": _("Un seul choix."),
        "multipleHint": _("Plusieurs choix possibles."),
        "none": _("Aucune de ces réponses"),
        "rankingHint": _("La première en haut : glissez, ou servez-vous des flèches."),
        "up": _("Monter : {text}"),
        "down": _("Descendre : {text}"),
        "moved": _("{text} : place {rank} sur {total}"),
        "sentenceLabel": _("La suite de la phrase"),
        "sentenceHint": _("Ni nom, ni détail qui ferait reconnaître quelqu’un, vous compris."),
        "left": _("{count} caractères restants"),
        "tooLong": _("{count} caractères de trop : raccourcissez, tout est gardé."),
    }


def words() -> dict[str, Any]:
    """The texts by name; the player fills their {places}."""
    return {
        # --- Beginning
        "start": _("Commencer"),
        "resume": _("Reprendre mes réponses"),
        "resumeHint": _("Des réponses à ce sondage sont gardées sur cet appareil."),
        "collecting": _("Votre bulletin anonyme se prépare…"),
        "laterHint": _(
            "Le réseau manque. Vous pouvez répondre dès maintenant : votre bulletin sera demandé "
            "au moment de l’envoi."
        ),
        "answerNow": _("Répondre sans attendre"),
        "retry": _("Réessayer"),
        "tooOld": _(
            "Ce navigateur est trop ancien pour rendre votre bulletin anonyme. Ouvrez le lien "
            "sur un autre appareil, ou demandez un code imprimé."
        ),
        "strangeKey": _(
            "La clé reçue n’est pas de celles que ce sondage montre à tous. Par prudence, rien "
            "n’a été envoyé : prévenez la personne qui organise le sondage."
        ),
        # --- Cards
        **card_words(),
        "position": _("Carte {rank} sur {total}"),
        "back": _("Retour"),
        "skip": _("Passer"),
        "next": _("Suivant"),
        "finish": _("Voir le résumé"),
        "toSummary": _("Revenir au résumé"),
        "clear": _("Effacer ma réponse"),
        "keepOrder": _("Valider cet ordre"),
        # --- Summary, sending, thanks
        "summary": _("Tout est prêt : relisez, puis envoyez"),
        "summaryHint": _("Rien n’est encore parti. Touchez une réponse pour la changer."),
        "summaryAgain": _(
            "Votre bulletin est dans l’urne. Changez ce que vous voulez, puis renvoyez : le "
            "nouveau prendra sa place."
        ),
        "change": _("Changer"),
        "passed": _("Passée"),
        "send": _("Envoyer mes réponses"),
        "nothingAnswered": _("Aucune carte n’a de réponse : votre bulletin serait blanc."),
        "sending": _("Envoi en cours…"),
        "kept": _("Vos réponses sont gardées sur cet appareil, et pas encore envoyées."),
        "keptInPage": _("Vos réponses ne sont pas encore envoyées : ne fermez pas cette page."),
        "noNetwork": _("Le serveur ne répond pas. Nouvel essai dans {seconds} s."),
        "noNetworkNow": _("Le serveur ne répond pas. Nouvel essai…"),
        "tryNow": _("Réessayer maintenant"),
        "backToSummary": _("Revenir à mes réponses"),
        "refused": _("Vos réponses ne sont pas parties"),
        "code": _("Votre code imprimé"),
        "sendAgain": _("Envoyer avec ce code"),
        "thanks": _("Merci ! Votre bulletin est dans l’urne."),
        "thanksHint": _(
            "Il est enregistré, mélangé aux autres, et ne porte ni nom, ni heure, ni adresse."
        ),
        "changeLater": _("Changer mes réponses"),
        "changeLaterHint": _(
            "Jusqu’à la clôture, depuis cet appareil : le nouveau bulletin remplace l’ancien."
        ),
        "forget": _("Effacer mes réponses de cet appareil"),
        "forgetHint": _(
            "Appareil partagé ? Effacez : votre bulletin reste compté, mais ne pourra plus changer."
        ),
        "forgotten": _("Cet appareil a tout oublié. Votre bulletin est dans l’urne."),
        "gaugeTitle": _("Ensemble, où en est-on ?"),
        "gaugeOpens": _("La jauge s’ouvre dès que {threshold} agents au moins ont répondu."),
        "gaugeShare": _("Au moins {percent} % des agents ont répondu."),
        "unlocked": _("Débloqué"),
        "unlocksAt": _("À {percent} % de participation"),
        "unlocksFirst": _("Dès {threshold} réponses"),
        "seeReveal": _("Voir la révélation"),
        "tellOthers": _(
            "Pour débloquer la suite, parlez-en autour de vous : chaque bulletin compte."
        ),
        # --- Closed
        "unsent": _(
            "Des réponses attendaient sur cet appareil et ne sont pas parties avant la clôture : "
            "elles ne sont pas comptées. Elles viennent d’en être effacées."
        ),
    }
