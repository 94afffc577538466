"""Fictitious French names that no body of the directory bears, nor ever bore as far as it knows.

Names are put together from invented roots, rivers and regions, then compared, accents and hyphens
ignored, with every name of the directory: one that collides is drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from parvis.organisations.models import FormerName, Organisation
from parvis.organisations.search_words import words_of


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ROOTS = _listed(
    """
    Montvernoux Villebrande Rochandelle Beaulignac Fontarvel Valombrine Clairbressan Boisandouin
    Pontavire Belcastenay Courvauzel Marsorgue Salvaroux Lanvernec Aurescombe Castelouzan
    Mirandoire Torvilliers Hautecressan Grandviveray Chantebrisse Larmontel Vieuxbreuzin
    Sauveloire Brécandes Noirevaune Vernaudière Ploubrézec Kerlavarec Ormescourt Bréchaumont
    Estrevigne Malvaubois Quincerval Tréganvez Fresnaudin Cressoncourt Aiguebrelle Combevaire
    Pierrebuzac Argelouse-Vaure Dammerval Wintzelheim Oberfaltzen Landrezin Échavanne Jouxbreuil
    Bourdelac Sarremonde Viverolande
    """
)
_SAINTS = _listed(
    """
    Saint-Aubrevin Saint-Évaldre Saint-Merlaud Saint-Théobrand Sainte-Aurance Sainte-Marivelle
    Saint-Guénolin Saint-Vaubert Sainte-Ombeline Saint-Fulcrandin Saint-Cyprézy Sainte-Radevonne
    Saint-Amandreux Saint-Bertilon Sainte-Clairande Saint-Juvenceau
    """
)
_QUALITIES = _listed(
    """
    des-Prés du-Bois les-Vignes le-Vieux la-Forêt les-Bains aux-Chênes du-Plateau la-Rivière
    les-Deux-Ponts le-Château des-Landes
    """
)
# Invented rivers and lands, with the article that "de" takes before them.
RIVERS = (
    ("Vaune", "de la Vaune"),
    ("Ourvine", "de l’Ourvine"),
    ("Brezelle", "de la Brezelle"),
    ("Aurenne", "de l’Aurenne"),
    ("Tarvoire", "de la Tarvoire"),
    ("Lisonne", "de la Lisonne"),
    ("Morgelle", "de la Morgelle"),
    ("Séverine", "de la Séverine"),
    ("Vézarde", "de la Vézarde"),
    ("Orbrelle", "de l’Orbrelle"),
    ("Combrize", "de la Combrize"),
    ("Maurelle", "de la Maurelle"),
    ("Clairande", "de la Clairande"),
    ("Roubelle", "de la Roubelle"),
    ("Issarne", "de l’Issarne"),
    ("Valserande", "de la Valserande"),
)
_SLOPES = ("", "Haute-", "Basse-")
_EPCI_FORMS = {
    "CC": (
        "Communauté de communes du Pays de {town}",
        "Communauté de communes {river}",
        "Communauté de communes de {town}",
    ),
    "CA": ("{town} Agglomération", "Communauté d’agglomération de {town}"),
    "CU": ("Communauté urbaine de {town}",),
    "METRO": ("Métropole de {town}",),
}
_STATE_SERVICES = (
    "Préfecture {river}",
    "Sous-préfecture de {town}",
    "Direction départementale des territoires {river}",
    "Direction départementale de la protection des populations {river}",
    "Centre des finances publiques de {town}",
)
_FUNDS = (
    "Caisse d’allocations familiales {river}",
    "Caisse primaire d’assurance maladie {river}",
    "Caisse de retraite {river}",
)
_LANDLORDS = ("{town} Habitat", "Office public de l’habitat {river}", "Logis {river}")
# A root, a saint and a suffix give some 14,000 names: a hundred attempts never fail by chance.
_ATTEMPTS = 100


def known_names() -> set[str]:
    """Every name, present or past, of a real body, folded."""
    names = Organisation.objects.real().values_list("name", flat=True).iterator()
    former = (
        FormerName.objects.filter(organisation__is_simulated=False)
        .values_list("name", flat=True)
        .iterator()
    )
    return {folded(name) for source in (names, former) for name in source}


def folded(name: str) -> str:
    return " ".join(words_of(name))


class NameMaker:
    """Draws names, each once and none that is `taken` (folded names)."""

    def __init__(self, rng: np.random.Generator, taken: set[str]) -> None:
        self._rng = rng
        self._taken = set(taken)

    def commune(self) -> str:
        return self._unused(self._town)

    def epci(self, epci_type: str) -> str:
        return self._unused(lambda: self._filled(_EPCI_FORMS[epci_type]))

    def departement(self) -> str:
        return self._unused(lambda: f"Département {self._river()}")

    def region(self) -> str:
        return self._unused(lambda: f"Région {self._one(_ROOTS)}-{self._land()}")

    def ccas(self) -> str:
        return self._unused(lambda: f"CCAS de {self._town()}")

    def hospital(self) -> str:
        return self._unused(lambda: f"Centre hospitalier de {self._town()}")

    def social_landlord(self) -> str:
        return self._unused(lambda: self._filled(_LANDLORDS))

    def fund(self) -> str:
        return self._unused(lambda: self._filled(_FUNDS))

    def state_service(self) -> str:
        return self._unused(lambda: self._filled(_STATE_SERVICES))

    def _unused(self, draw: Callable[[], str]) -> str:
        for _attempt in range(_ATTEMPTS):
            name = draw()
            key = folded(name)
            if key not in self._taken:
                self._taken.add(key)
                return name
        raise RuntimeError("no fictitious name is left")

    def _one(self, choices: Sequence[str]) -> str:
        return choices[int(self._rng.integers(len(choices)))]

    def _town(self) -> str:
        shape = self._rng.random()
        root = self._one(_ROOTS if shape < 0.65 else _SAINTS)
        if shape < 0.3:
            return root
        if shape < 0.5 or shape > 0.85:
            return f"{root}-{self._one(_QUALITIES)}"
        return f"{root}-sur-{self._land()}"

    def _land(self) -> str:
        return RIVERS[int(self._rng.integers(len(RIVERS)))][0]

    def _river(self) -> str:
        """ "de la Haute-Vaune", "de l’Ourvine": a land after its preposition."""
        name, with_article = RIVERS[int(self._rng.integers(len(RIVERS)))]
        slope = self._one(_SLOPES)
        return f"de la {slope}{name}" if slope else with_article

    def _filled(self, forms: tuple[str, ...]) -> str:
        return self._one(forms).format(town=self._town(), river=self._river())
