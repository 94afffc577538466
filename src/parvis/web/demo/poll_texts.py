"""Sentences no agent wrote: the end of "Si je pouvais changer une chose pour les habitants…".

Each is a wish and, for half of them, where or when it comes from, put together without repetition.
Two hold what nobody should write there, so that there is something to mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

_WISHES = (
    "décrocher plus vite le téléphone",
    "avoir une personne de plus au téléphone",
    "rappeler ceux qui sont tombés sur le répondeur",
    "réduire l’attente au guichet",
    "une file d’attente à part pour les retraits de documents",
    "prendre rendez-vous en ligne pour éviter l’attente",
    "des courriers écrits dans un langage clair",
    "relire nos courriers types, que personne ne comprend",
    "répondre à tous les courriels sous deux jours",
    "un accusé de réception pour chaque courriel",
    "ouvrir un soir par semaine pour ceux qui travaillent",
    "des horaires d’ouverture qui tombent après le travail",
    "savoir où en est un dossier sans appeler trois services",
    "suivre son dossier en ligne",
    "ne plus demander deux fois le même justificatif",
)
_ORIGINS = (
    "surtout le lundi matin",
    "on nous le demande tous les jours",
    "les personnes âgées en ont besoin",
    "comme le fait la ville voisine",
)
_TO_MASK = (
    "que l’on ne renvoie plus tout le monde vers le 01 99 00 12 34",
    "une seule adresse, pas celle de m.durand@exemple.invalid qui est parti",
)

# What each theme is recognised by.
_THEMES = {
    "téléphone": ("téléphone", "répondeur", "appeler"),
    "attente, guichet": ("attente", "guichet"),
    "courriers, courriels": ("courrier", "courriel"),
    "horaires d’ouverture": ("ouvrir", "ouverture"),
    "dossier, justificatifs": ("dossier", "justificatif"),
}


def sentences(rng: np.random.Generator, number: int) -> list[str]:
    """So many sentences, no two alike; at most 77."""
    plain = [*_WISHES, *(f"{wish}, {origin}" for wish, origin in product(_WISHES, _ORIGINS))]
    drawn = rng.permutation(len(plain))[: number - len(_TO_MASK)]
    return [*_TO_MASK, *(plain[place] for place in drawn.tolist())][:number]


def themes(texts: Sequence[str]) -> list[str]:
    """The theme of each sentence, empty where there is none.

    What the product finds them with takes two seconds to import, for thirty sentences that are
    known.
    """
    return [
        next((label for label, words in _THEMES.items() if any(word in text for word in words)), "")
        for text in texts
    ]
