"""Comments and ideas nobody wrote: put together from invented sentences, after the visit they end.

A comment speaks of the reasons its visit ticked, in the tone of its smiley. A few hold what nobody
should write there (an address, a telephone number of the range kept for fiction, a name after a
title, a plate), so that there is something to mask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from parvis.questionnaires.enums import Determinant

_OPENINGS_BAD = (
    "",
    "Je suis déçu.",
    "Franchement, c’est pénible.",
    "Deuxième fois que ça arrive.",
    "Pas satisfaite du tout.",
    "Venu pour rien.",
    "Je ne comprends pas.",
    "Dommage.",
)
_OPENINGS_GOOD = (
    "",
    "Très bien.",
    "Rien à redire.",
    "Merci beaucoup !",
    "Bonne surprise.",
    "Comme d’habitude, parfait.",
    "Agréablement surprise.",
    "Service au top.",
)
_ENDINGS_BAD = (
    "",
    "À améliorer d’urgence.",
    "On mérite mieux que ça.",
    "Il faudrait prévenir les gens.",
    "J’ai dû poser une demi-journée pour cela.",
    "Je reviendrai donc une troisième fois.",
    "Merci d’y penser pour la suite.",
)
_ENDINGS_GOOD = (
    "",
    "Continuez ainsi.",
    "Merci à toute l’équipe.",
    "Je le dirai autour de moi.",
    "Cela fait plaisir.",
    "Bonne continuation.",
    "Bravo !",
)
_BAD: Mapping[str, Sequence[str]] = {
    Determinant.WAITING: (
        "Plus de quarante minutes d’attente avec un enfant en bas âge.",
        "Une heure de file d’attente alors que j’avais rendez-vous.",
        "Deux guichets ouverts sur cinq et une queue jusqu’à la porte.",
        "Le distributeur de tickets était en panne, personne ne savait qui passait avant qui.",
        "Trop d’attente entre midi et deux.",
        "Le numéro appelé n’est pas affiché, on attend sans savoir combien de temps.",
        "Aucune chaise libre dans la salle d’attente, c’est long debout à mon âge.",
    ),
    Determinant.COURTESY: (
        "On ne m’a pas dit bonjour.",
        "L’accueil a été froid, presque agacé par mes questions.",
        "Ton sec, et pas un regard derrière l’écran.",
        "On m’a coupé la parole deux fois.",
        "Je me suis senti de trop.",
    ),
    Determinant.ANSWER_QUALITY: (
        "La réponse n’est pas la même que celle donnée au téléphone.",
        "On m’a donné une liste de pièces incomplète pour le passeport.",
        "Je repars avec plus de questions que de réponses.",
        "Le formulaire remis n’était plus le bon.",
        "Personne ne savait si mon dossier de carte d’identité était complet.",
        "L’information sur le site est fausse, le guichet me l’a confirmé.",
    ),
    Determinant.PERSONALISATION: (
        "On n’a pas écouté ma situation, on m’a lu un règlement.",
        "Ma situation de parent seul n’entrait dans aucune case.",
        "Réponse toute faite, sans regarder mon dossier.",
        "On ne m’a pas laissé expliquer.",
    ),
    Determinant.TRANSFER: (
        "Renvoyé de bureau en bureau, puis au point de départ.",
        "On m’a envoyé à l’annexe, l’annexe m’a renvoyé ici.",
        "Impossible de savoir quel service s’occupe de l’inscription à la cantine.",
        "Le panneau indique un étage où il n’y a plus personne.",
        "Trois interlocuteurs pour une seule signature.",
    ),
    Determinant.ACCESSIBILITY: (
        "La rampe est trop raide pour un fauteuil.",
        "L’ascenseur est encore en panne, ma mère n’a pas pu monter.",
        "Le parking est plein dès neuf heures.",
        "Les toilettes étaient fermées et il faisait froid dans le hall.",
        "La porte d’entrée est très lourde avec une poussette.",
        "Les horaires affichés sur la porte ne sont pas les bons.",
    ),
    Determinant.RESPONSIVENESS: (
        "Trois semaines sans nouvelle de ma demande.",
        "Le formulaire en ligne tourne dans le vide après l’envoi des pièces.",
        "Aucun accusé de réception, je ne sais pas si ma demande est partie.",
        "On me dit que le délai est de deux mois, il en est passé quatre.",
    ),
    Determinant.COMPLAINTS: (
        "Ma réclamation sur le bruit est restée sans réponse.",
        "La réponse à ma réclamation ne répond pas à la question posée.",
    ),
}
_GOOD: Mapping[str, Sequence[str]] = {
    Determinant.WAITING: (
        "Presque pas d’attente ce matin.",
        "Pris en charge en cinq minutes avec le rendez-vous.",
        "La file avance vite depuis qu’il y a un accueil à l’entrée.",
        "Le nouvel affichage de l’attente est très pratique.",
    ),
    Determinant.COURTESY: (
        "Accueil souriant et patient.",
        "Une personne très aimable au guichet.",
        "On se sent bienvenu dès l’entrée.",
        "Beaucoup de gentillesse avec ma grand-mère.",
        "Politesse et bonne humeur un lundi matin, bravo.",
    ),
    Determinant.ANSWER_QUALITY: (
        "Réponse claire, tout était prêt pour ma carte d’identité.",
        "On m’a expliqué chaque pièce du dossier, sans jargon.",
        "Mon passeport a été fait en une seule visite.",
        "Des explications simples sur l’inscription à la crèche.",
        "L’agent connaissait parfaitement la démarche.",
    ),
    Determinant.PERSONALISATION: (
        "On a pris le temps d’écouter ma situation.",
        "Une vraie écoute, et une solution qui me convient.",
        "On s’est souvenu de mon dossier de la semaine dernière.",
        "On m’a aidée à remplir le formulaire, j’ai du mal à lire.",
    ),
    Determinant.TRANSFER: (
        "Orienté tout de suite vers le bon bureau.",
        "On m’a accompagné jusqu’au service compétent.",
        "Un seul interlocuteur pour toute la démarche.",
    ),
    Determinant.ACCESSIBILITY: (
        "Locaux clairs et propres.",
        "Facile d’accès avec le fauteuil depuis les travaux.",
        "Le coin des enfants est une bonne idée.",
        "Horaires du samedi très commodes quand on travaille.",
    ),
    Determinant.RESPONSIVENESS: (
        "Réponse en deux jours, je n’y croyais pas.",
        "Demande en ligne traitée le lendemain.",
        "Rappelé dans la journée.",
    ),
    Determinant.COMPLAINTS: ("Ma réclamation a été suivie d’effet, merci.",),
}
_NOTHING_TICKED_BAD = (
    "Je n’ai pas obtenu ce que je demandais.",
    "C’était mieux avant les travaux.",
    "Rien ne marche dans ce service.",
    "La borne de paiement refuse les cartes.",
)
_NOTHING_TICKED_GOOD = (
    "Tout s’est bien passé.",
    "Visite rapide et efficace.",
    "Toujours un plaisir de venir.",
    "Le service s’est vraiment amélioré.",
)
_ENGLISH_BAD = (
    "I waited for more than half an hour.",
    "Nobody could explain the form in English.",
    "I was sent from one desk to another.",
)
_ENGLISH_GOOD = (
    "Very kind and helpful staff.",
    "Quick and clear answer, thank you.",
    "They took the time to help me with the form.",
)
# Told as if somebody had forgotten that anybody may read it. Names and plates are invented.
_PERSONAL = (
    "C’est Mme {name} qui m’a reçu.",
    "Merci à M. {name} pour sa patience.",
    "Rappelez-moi au 01 99 00 {low:02d} {high:02d}.",
    "Mon adresse : {first}.{lower}@exemple.invalid.",
    "Ma voiture {plate} a été enlevée pendant que j’attendais.",
    "Madame {name} au deuxième guichet.",
)
NAMES = ("Dupontel", "Marvaud", "Lescorbier", "Taillandoux", "Bremaudier", "Charvillon")
_FIRST_NAMES = ("lucie", "karim", "jeanne", "paulo", "ines", "theo")
_PERSONAL_SHARE = 0.06

_IDEAS = (
    "Ouvrir un guichet le jeudi soir jusqu’à 19 h.",
    "Afficher le temps d’attente à l’entrée et sur le site.",
    "Mettre des chaises et une fontaine à eau dans la salle d’attente.",
    "Prévenir par SMS quand la carte d’identité est prête.",
    "Installer un abri pour les vélos devant l’entrée.",
    "Permettre de prendre rendez-vous en ligne pour l’état civil.",
    "Ajouter des livres en gros caractères à l’accueil.",
    "Un coin pour les enfants avec quelques jeux.",
    "Faire un plan simple des bureaux à côté de l’ascenseur.",
    "Une caisse sans contact à la piscine le dimanche.",
    "Un accueil en langue des signes une fois par mois.",
    "Ouvrir la médiathèque pendant la pause de midi.",
    "Mettre une borne pour imprimer et scanner les pièces.",
    "Envoyer un rappel la veille du rendez-vous.",
    "Planter des arbres sur le parvis, il y fait trop chaud l’été.",
    "Afficher les horaires pendant les vacances dès le mois d’avant.",
    "Créer un créneau réservé aux personnes âgées le matin.",
    "Proposer un accompagnement pour les démarches en ligne.",
    "Baisser le comptoir pour les personnes en fauteuil.",
    "Mettre la liste des pièces à fournir à l’entrée.",
)
_IDEA_REASONS = (
    "",
    "",
    "Beaucoup de gens le demandent.",
    "Cela se fait déjà dans la ville d’à côté.",
    "Ce serait plus simple pour ceux qui travaillent.",
    "Ma mère y viendrait plus volontiers.",
)


def comment(
    rng: np.random.Generator, *, level: int, determinants: Sequence[str], language: str
) -> str:
    """A comment of a visit of this smiley that ticked options of these determinants."""
    is_good = level >= 2
    if language != "fr":
        return _one(rng, _ENGLISH_GOOD if is_good else _ENGLISH_BAD)
    said = _GOOD if is_good else _BAD
    subjects = [determinant for determinant in determinants if determinant in said]
    rng.shuffle(subjects)
    sentences = [_one(rng, _OPENINGS_GOOD if is_good else _OPENINGS_BAD)]
    sentences += [_one(rng, said[subject]) for subject in subjects[:2]]
    if not subjects:
        sentences.append(_one(rng, _NOTHING_TICKED_GOOD if is_good else _NOTHING_TICKED_BAD))
    if rng.random() < _PERSONAL_SHARE:
        sentences.append(_personal(rng))
    sentences.append(_one(rng, _ENDINGS_GOOD if is_good else _ENDINGS_BAD))
    return " ".join(sentence for sentence in sentences if sentence)


def idea(rng: np.random.Generator) -> str:
    return f"{_one(rng, _IDEAS)} {_one(rng, _IDEA_REASONS)}".strip()


def _personal(rng: np.random.Generator) -> str:
    name = _one(rng, NAMES)
    letters = "".join(_one(rng, "ABCDEFGHJKLMNPQRSTVWXYZ") for _ in range(4))
    return _one(rng, _PERSONAL).format(
        name=name,
        lower=name.lower(),
        first=_one(rng, _FIRST_NAMES),
        low=int(rng.integers(100)),
        high=int(rng.integers(100)),
        plate=f"{letters[:2]}-{int(rng.integers(100, 1000))}-{letters[2:]}",
    )


def _one(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]
