"""What the consultations of the demonstration say: of any town, written by nobody."""

from __future__ import annotations

from typing import Final, NamedTuple

# Title, text, theme, how likely a participant is to support it, and where it is around the centre
# (thousandths of a degree north and east; None = nowhere in particular).
IDEAS: Final = (
    (
        "Un rangement fermé pour les vélos à la gare",
        "On me l’a volé deux fois. Un local fermé par badge, comme dans la ville voisine, "
        "suffirait pour que je laisse la voiture à la maison.",
        "mobilites",
        0.55,
        (6, 9),
    ),
    (
        "Des bancs à l’ombre sur la place du marché",
        "L’été, impossible d’attendre quelqu’un sans chercher l’ombre. Trois bancs sous des "
        "arbres changeraient la place.",
        "cadre-de-vie",
        0.62,
        (0, 1),
    ),
    (
        "Ouvrir la mairie un soir par semaine",
        "Quand on travaille, les horaires obligent à prendre une demi-journée. Un soir jusqu’à "
        "dix-neuf heures réglerait presque tout.",
        "services",
        0.7,
        None,
    ),
    (
        "Un composteur par quartier",
        "Beaucoup d’habitants n’ont pas de jardin. Un composteur partagé, avec quelqu’un qui "
        "explique les premiers samedis.",
        "environnement",
        0.4,
        (-4, 3),
    ),
    (
        "Une traversée sûre devant le collège",
        "Les voitures arrivent vite au bas de la côte. Un plateau et un éclairage au sol.",
        "mobilites",
        0.66,
        (3, -5),
    ),
    (
        "Prêter les salles aux associations sans dossier",
        "Une réservation en ligne, une caution, et c’est tout : aujourd’hui il faut trois "
        "courriers.",
        "culture-sport",
        0.35,
        None,
    ),
    (
        "Planter une haie le long de la route du stade",
        "Elle couperait le vent et le bruit, et les oiseaux reviendraient.",
        "environnement",
        0.3,
        (-8, -6),
    ),
    (
        "Un jardin partagé derrière la médiathèque",
        "Le terrain est libre depuis des années. L’école et la maison de retraite sont à côté.",
        "solidarites",
        0.45,
        (-1, 4),
    ),
    (
        "Une aire de jeux pour les tout-petits",
        "Les jeux actuels commencent à six ans : rien pour les plus jeunes.",
        "education",
        0.5,
        (2, 5),
    ),
    (
        "Un écran qui dit l’attente à l’accueil",
        "Savoir s’il y a dix minutes ou une heure, avant de se garer.",
        "services",
        0.38,
        None,
    ),
)


class Statement(NamedTuple):
    """A statement, and how each of two ways of seeing things takes it: shares for and against."""

    text: str
    taken: tuple[tuple[float, float], tuple[float, float]]


STATEMENTS: Final = (
    Statement("Il faut moins de voitures dans le centre.", ((0.85, 0.05), (0.15, 0.75))),
    Statement("Le stationnement du centre doit rester gratuit.", ((0.2, 0.65), (0.85, 0.05))),
    Statement(
        "Les rues devant les écoles devraient être fermées aux heures d’entrée.",
        ((0.8, 0.1), (0.45, 0.4)),
    ),
    Statement("Un vélo sur la route gêne plus qu’il n’aide.", ((0.05, 0.85), (0.55, 0.25))),
    Statement("Les bus passent trop rarement le soir.", ((0.75, 0.05), (0.65, 0.1))),
    Statement(
        "Les commerces souffrent dès qu’on touche à la circulation.", ((0.15, 0.6), (0.8, 0.1))
    ),
    Statement(
        "Il manque des trottoirs où deux poussettes se croisent.", ((0.8, 0.05), (0.72, 0.08))
    ),
    Statement(
        "La vitesse devrait être de 30 km/h dans toute la ville.", ((0.7, 0.15), (0.2, 0.65))
    ),
    Statement(
        "Je serais prêt à marcher dix minutes depuis un parc de stationnement.",
        ((0.75, 0.1), (0.3, 0.5)),
    ),
    Statement("Les livraisons devraient se faire avant dix heures.", ((0.6, 0.1), (0.5, 0.25))),
    Statement("Le centre manque surtout d’arbres et de bancs.", ((0.75, 0.08), (0.6, 0.15))),
    Statement(
        "On ne peut pas se passer de voiture quand on habite un hameau.",
        ((0.45, 0.3), (0.92, 0.02)),
    ),
)

# Items, from the one that counts most to the one that counts least.
ITEMS: Final = (
    "L’accueil et les horaires de la mairie",
    "La santé : trouver un médecin",
    "La propreté des rues",
    "Les déplacements sans voiture",
    "Les activités des jeunes",
    "Les fêtes et la culture",
    "Le fleurissement",
)
ITEM_WEIGHTS: Final = (1.6, 1.4, 0.7, 0.5, 0.3, -0.4, -0.9)

# What was judged, criterion by criterion: mean note of 0 to 4 of the crowd.
PROJECT_NOTES: Final = (3.1, 2.2, 2.7, 2.9)
ARGUMENTS_FOR: Final = (
    ("Une salle ouverte le soir manque aux jeunes comme aux associations.", 0.6),
    ("Rénover coûte moins cher que de construire ailleurs.", 0.45),
    ("Le bâtiment est au centre : on y viendra à pied.", 0.4),
)
ARGUMENTS_AGAINST: Final = (
    ("Le stationnement est déjà plein le samedi.", 0.5),
    ("Le coût d’entretien n’est pas donné.", 0.35),
)
CONDITIONS: Final = (
    ("Que la salle soit accessible en fauteuil, scène comprise.", 0.55),
    ("Que les voisins soient prévenus des soirées.", 0.4),
)

# Costed projects: title, text, cost in euros, how likely a voter is to choose it.
PROJECTS: Final = (
    (
        "Local à vélos fermé à la gare",
        "Quarante places, badge gratuit, éclairage et vidéoprotection de la gare.",
        48_000,
        0.42,
    ),
    (
        "Ombre et bancs sur la place du marché",
        "Six arbres de haute tige, huit bancs dont deux à accoudoirs hauts.",
        36_000,
        0.58,
    ),
    (
        "Plateau surélevé devant le collège",
        "Plateau, éclairage au sol et signalisation, sur soixante mètres.",
        62_000,
        0.51,
    ),
    ("Aire de jeux pour les tout-petits", "Sol souple, quatre jeux, clôture.", 41_000, 0.39),
    (
        "Jardin partagé derrière la médiathèque",
        "Trente parcelles, récupération d’eau, abri à outils.",
        18_000,
        0.36,
    ),
    ("Trois composteurs de quartier", "Avec formation de dix référents.", 9_000, 0.3),
    (
        "Haie le long de la route du stade",
        "Quatre cents mètres d’essences locales, entretien de trois ans compris.",
        22_000,
        0.22,
    ),
    (
        "Écran d’attente à l’accueil de la mairie",
        "L’attente de chaque guichet, sur place et en ligne.",
        14_000,
        0.2,
    ),
)
ENVELOPE: Final = 120_000

# The ideas that the projects come from, in the same order: title, theme, text, share of people
# who support it.
IDEAS_BEHIND: Final = (
    (
        "Laisser son vélo à la gare sans crainte",
        "mobilites",
        "On m’en a volé deux. Un local fermé suffirait pour que je prenne le train le matin.",
        0.4,
    ),
    (
        "De l’ombre au marché",
        "cadre-de-vie",
        "En juillet, la place est un four, et il n’y a nulle part où s’asseoir avec ses sacs.",
        0.55,
    ),
    (
        "Ralentir les voitures devant le collège",
        "mobilites",
        "Elles passent vite, et les enfants traversent entre deux bus.",
        0.5,
    ),
    (
        "Des jeux pour les moins de trois ans",
        "education",
        "Au parc, tout est fait pour les grands.",
        0.35,
    ),
    (
        "Jardiner ensemble",
        "environnement",
        "Derrière la médiathèque, le terrain est en friche depuis six ans.",
        0.35,
    ),
    (
        "Composter en appartement, c’est possible",
        "environnement",
        "Il manque un bac à moins de cinq minutes de chez nous.",
        0.25,
    ),
    (
        "Planter le long de la route du stade",
        "environnement",
        "Le vent et le bruit y sont pénibles pour qui marche.",
        0.2,
    ),
    (
        "Savoir combien de temps on attendra",
        "services",
        "Avant de venir à la mairie, voir l’attente au guichet.",
        0.22,
    ),
)
# Those that became no project: title, theme, text, share who support it, why not.
IDEAS_REFUSED: Final = (
    (
        "Un bus de nuit le samedi",
        "mobilites",
        "Le dernier part à vingt heures.",
        0.45,
        "Les bus relèvent de la communauté de communes, à qui l’idée a été transmise avec le "
        "nombre de ses soutiens.",
    ),
    (
        "Une piscine découverte",
        "culture-sport",
        "La plus proche est à vingt-cinq kilomètres.",
        0.4,
        "Son coût dépasse de beaucoup l’enveloppe (4 millions d’euros d’après la dernière étude).",
    ),
)
# What is done of the projects retained: number of the project, then title, days before today when
# it was due and was reached (None: not yet), euros spent.
MILESTONES: Final = (
    (2, "Arbres choisis avec les commerçants", 220, 214, 1_800),
    (2, "Plantation", 20, 12, 27_400),
    (2, "Pose des bancs", -45, None, None),
    (3, "Essai d’un plateau provisoire", 160, 158, 2_900),
    (3, "Travaux pendant les vacances scolaires", -30, None, None),
    (1, "Emplacement convenu avec la gare", 150, 131, 0),
    (1, "Ouverture du local", -120, None, None),
    (6, "Trois composteurs en service", 90, 97, 8_650),
    (5, "Terrain nettoyé, allées tracées", 60, 41, 6_200),
)
