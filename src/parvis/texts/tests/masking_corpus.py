"""Sentences made up for the tests; what must be hidden stands between braces.

Names, numbers and addresses are invented. Some of what is between braces is announced by nothing
(a first name alone): the masking is not expected to find it, and its recall says so.
"""

from __future__ import annotations

# Agents of the body that the sentences speak of.
KNOWN_NAMES = ("Fatoumata Sissako", "Yann Kerbrat", "Petit", "Zoé")

SENTENCES = """
Écrivez-moi à {jean.dupont@exemple.fr} pour la suite.
Mon adresse : {marie-claude.petitjean+mairie@courriel.exemple.org}.
Contactez {j.dupont@exemple.fr}, {a_b@exemple.net} ou l’accueil.
Répondez à {JEAN.DUPONT@EXEMPLE.FR} SVP
mon mail c’est {jean.dupont (at) exemple.fr} merci
mon mail {jean.dupont arobase exemple point fr}
vous pouvez écrire à {jean.dupont[at]exemple[point]fr}.
courriel:{jean@exemple.fr};merci
« {jean@exemple.fr} » reste sans réponse
Je suis {@jeandu59} sur les réseaux, répondez-moi.
Rendez-vous @ 14h annulé sans prévenir
Le logiciel coûte 3 € @ la pièce
Envoyé à {jean.dupont @ exemple.fr} et jamais reçu
Appelez-moi au {06 12 34 56 78}.
Mon numéro : {0612345678}
Joignable au {06.12.34.56.78} après 18h
tel {06-12-34-56-78} le matin
{+33 6 12 34 56 78} est mon portable
Au {+33 (0)6 12 34 56 78} de préférence.
{0033612345678} depuis l’étranger
le {06 123 456 78} ne répond pas
Mon fixe {03 20 55 66 77} sonne dans le vide
Rappelez ma mère en Belgique : {+32 470 12 34 56}
mon numéro suisse {+41 79 123 45 67}
Rappelez le {00 32 470 12 34 56} svp
Téléphone : {6 12 34 56 78}
mon portable {zéro six douze trente-quatre cinquante-six soixante-dix-huit}
J’ai attendu 45 minutes le 12/03/2024 à 09:00.
Rendez-vous le 01/02/2024 09:00 annulé sans prévenir.
Ouvert de 9h à 12h et de 14h à 17h30, sauf le mercredi.
Horaires : 08:30-12:00 13:30-17:00
J’ai payé 1 250,50 € au lieu de 1 000 €.
Une amende de 135 euros, puis 375 euros !
Le budget de 12 500 000 euros est mal employé.
Article L. 121-1 du code, et article 1240.
L’article R. 414-14 ne dit pas cela.
Le 3949 ne répond jamais, le 115 non plus.
Le 39 39 est payant.
Numéro de ticket 347, guichet 12.
Formulaire Cerfa 12100*02 introuvable.
Code postal 59000, ville de Lille.
Température de 29 °C dans la salle, 30 personnes debout.
Score : 10/10, 20/20 même !
Version 3.12.4 du site, rien ne marche.
Mon dossier {1234567890123} est perdu.
Mon numéro fiscal {3012345678901} est refusé par le site.
Le SIRET 12345678900012 de mon association est refusé.
Mon numéro d’allocataire {123456789} a été perdu.
Ma sécu : {2 85 05 78 006 084 36}
Numéro {185057800608436} refusé
NIR {1 85 05 2A 006 084 36} demandé trois fois
Mon IBAN {FR76 3000 6000 0112 3456 7890 189} a été refusé
compte {FR7630006000011234567890189}
carte {4970 1012 3456 7890} débitée deux fois
carte {4970-1012-3456-7890} refusée
M. {Dupont} m’a très bien reçu.
Mme {Martin} du guichet 3 est formidable.
Merci à Mlle {Durand-Lefèvre} pour sa patience.
Mr {Lebrun} n’est jamais là.
Monsieur {Jean-Pierre Lacaze} a refusé de m’écouter.
Madame {de La Rochefoucauld} attendait aussi.
Madame {Le Goff} et Monsieur {Du Bellay} sont parfaits.
Le docteur {Bernard Vasseur} est en retard.
Dr {Nguyen} très à l’écoute
Docteur {O’Brien}, deux heures de retard.
Maître {Cohen-Solal} attendait son tour.
Me {Tissier} n’avait pas de place.
M. et Mme {Dujardin} ont été reçus.
MM. {Arnaud} et {Besson} discutaient entre eux.
Bravo à M. {D’Hondt}
Le professeur {Marchetti} a confirmé.
Mme {Ben Salem} a pris le temps.
Mme {El Khoury} m’a aidée.
M. {Van der Meer} était absent.
Mme {Lefèvre} au guichet
M. {A. Dupuis} m’a aidé.
M.{Garnier} est parti en pause.
mme {dupuis} était très gentille
mr {bouvier} ma bien aidé
merci a madame {lopez} pour son sourire
MADAME {DUPRAT} A ÉTÉ TRÈS GENTILLE
MERCI MADAME {LOPEZ}
L’agent {Delattre} a été odieux.
L’agente {Sonia} est très patiente.
La conseillère {Bérénice Malet} m’a sauvé la mise.
L’agent d’accueil {Marius} est un trésor.
La guichetière {Colette} sourit toujours.
Elle s’appelle {Ludivine}, donnez-lui une prime.
Je m’appelle {Ernest Bichon} et je suis furieux.
Un certain nommé {Gaspard} m’a raccroché au nez.
Signé : {Albertine Roux}
Merci à {Fatoumata} pour tout.
{Fatoumata Sissako} connaît son métier.
{SISSAKO} est absente depuis un mois
demandez {yann kerbrat} il sait tout
{Kérbrat} m’a aidé
M. {Petit} est absent.
un petit accueil, une petite salle, de petits moyens
c’est {Zoé} qui m’a reçue
Merci à {Chantal} du bureau 4.
Demandez {Raymond}, il vous aidera.
Ma voisine {Josette Pichon} a le même souci.
M. le maire devrait venir voir.
Monsieur le Préfet, faites quelque chose.
Madame la Directrice, bonjour.
Madame, Monsieur, je vous écris.
Bonjour Madame, merci beaucoup.
M. a pris mon dossier sans un mot.
Monsieur le Maire {Gérard Lacroix} a promis.
Monsieur le Président de la République, écoutez-nous.
Monsieur le Maire de Lille, venez voir.
Monsieur le Maire {Jean de La Tour} a promis.
L’A.M.E. et la C.M.U. sont trop compliquées.
la dame de l’accueil, merci madame !
bonjour monsieur je voudrais savoir
madame était très gentille et monsieur aussi
mme très aimable au guichet
L’agent CAF était pressé.
Un conseiller France services m’a aidé.
L’agent de La Poste aussi.
La conseillère Pôle emploi a été top.
L’agent était aimable. Les locaux sont propres.
Agent très compétent, rien à redire.
Les agents d’accueil sont débordés.
Me voilà bien avancé.
Ma voiture {AB-123-CD} a été emmenée à la fourrière.
La {AB 123 CD} bloque l’entrée
plaque {ab123cd} mal garée
Immatriculé {1234 AB 59} depuis 1998
Le {123 ABC 75} gêne la sortie
Le LE 115 EN panne depuis hier
Bus L5, tram T2, ligne 123 bis
Salle B 204, étage 2, porte C.
J’habite {12 rue de la Paix}.
J’habite au {3 bis, avenue Victor Hugo, 59000 Lille} depuis dix ans
courrier au {45 boulevard Jean-Baptiste Lebas} jamais reçu
{7 place du Général de Gaulle} on n’a rien reçu
{128 chemin des Ormes} toujours pas raccordé
habite {14 impasse des lilas} sans lumière
Il manque 1 place de parking.
Il y a 2 cours de français par semaine.
La rue de la Paix est sale, l’avenue aussi.
1 rue sur 2 est barrée.
La place Rihour est magnifique.
Voir {https://exemple.fr/dossier?id=12345&nom=dupont} qui ne marche pas
Mon profil {https://www.facebook.com/jean.dupont.59}
{facebook.com/jeandupont59} pour me joindre
Le site https://www.service-public.fr ne marche pas.
www.lille.fr est illisible sur téléphone.
{https://jean:secret@exemple.fr/} ne s’ouvre plus
Très bon accueil, rien à dire.
Trop d’attente !!! 😡😡😡
Merci ❤️ à toute l’équipe
Le sol est sale et les toilettes fermées.
Pas assez de chaises, 12 personnes debout.
Il faudrait un distributeur d’eau et 2 ou 3 jouets.
Ascenseur en panne depuis 3 mois.
J’ai 82 ans et je ne peux pas rester debout 1h30.
Né en 1985, on me demande encore mon acte de 1985.
Rappel : 3 relances le 02.03.24, le 09.03.24 et le 16.03.24.
50 % des guichets fermés, 2 sur 4.
Dossier déposé en mars 2024, toujours rien en novembre 2026.
Prévoir un accès pour les fauteuils, marche de 15 cm.
+ de 1 000 000 de personnes attendent
+ 10 % d’attente en un an
"""


def labelled() -> list[tuple[str, list[tuple[int, int]]]]:
    """Each sentence without its braces, with where they were."""
    made = []
    for line in SENTENCES.strip().splitlines():
        text = ""
        wanted = []
        start = 0
        for character in line:
            if character == "{":
                start = len(text)
            elif character == "}":
                wanted.append((start, len(text)))
            else:
                text += character
        made.append((text, wanted))
    return made
