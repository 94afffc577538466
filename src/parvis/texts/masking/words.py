"""Words that the masking knows: functions, bodies, what is not a name. Lower case, no accent."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# "Monsieur le maire": who holds an office is not named by it.
FUNCTIONS = _words("""
maire mairesse adjoint adjointe prefet prefete president presidente directeur directrice ministre
proviseur proviseure principal principale commissaire secretaire conseiller conseillere depute
deputee senateur senatrice juge procureur procureure greffier greffiere recteur rectrice doyen
doyenne chef cheffe responsable agent agente docteur docteure professeur professeure defenseur
defenseure mediateur mediatrice inspecteur inspectrice delegue deleguee intendant gardien gardienne
sous-prefet sous-prefete vice-president vice-presidente tresorier tresoriere controleur
controleuse percepteur perceptrice
""")

# What follows a title, or the word "agent", without being anybody's name.
NOT_NAMES = _words("""
a au aux avec bonjour bonsoir ca car ce ceci cela ces cet cette chez comme comment dans de depuis
des dit donc du elle elles en encore est et etait etaient ete etre eu eux fait font il ils j je
jamais l la le les leur leurs lui m ma mais me merci mes moi mon n ne ni non nos notre nous on ont
ou oui par parce pas pendant peu plus pour pourquoi pouvez pouvait presque puis quand que quel
quelle quels quelles qui quoi sa sans se ses si soit son sont sous sur ta te tes toi ton toujours
tous tout toute toutes tres trop tu un une va vos votre vous y
accueil accueillante accueillant adorable adorables agreable agreables aimable aimables alors
apres arrive arrivee assez assise assis attend attendait aucun aucune aujourd aussi autre avait
avaient avant avez avons bien bravo bref car charmante charmant chargee charge chers cher chere
competente competent cordialement debout desagreable desolee desole deux dire doit efficace
enceinte encore ensuite etes etions excellente excellent explique expliquee faire formidable
franchement genial geniale gentil gentille gentils gentilles grace grand grande gros grosse hier
ici impeccable impolie impoli incapable incompetente incompetent jeune jamais juste lundi mardi
mercredi jeudi vendredi samedi dimanche mal malheureusement malpolie merci messieurs mesdames
mieux moins monsieur madame mademoiselle nul nulle par parfait parfaite parle parlait patiente
patient personne petit petite peut peuvent pleine plusieurs poli polie presente present
professionnelle professionnel puisque quelqu quelque rapide rien repond repondu ravie recu recue
renseigne renseignee responsable sait sauf savait sera serait serviable seulement seule seul
souriante souriant souvent super sympa sympathique sympathiques tellement toujours trouve trois
veut venez venu venue vieille vieux voulait vraiment
directeur directrice mme mlle mmes mlles mr mrs dr
""")

# Announced like a name ("l’agent Orange", "conseiller France services") but a body or a service.
BODIES = _words("""
ameli anah apec assedic assurance banque bercy cadastre caf caisse cap carsat ccas cci centre
commune conseil cpam crous csg culture departement direction domaine edf education emploi enedis
engie environnement etat europe finances france free hopital impots insee jeunesse justice la
logement mairie maladie mission msa municipal municipale nationale orange permanence pmi pole
police poste prefecture public publique region republique retraite sante securite senior service
services sfr sncf social sociale solidarite tresor tribunal urssaf ville
accueil administratif administrative technique
""")

# Names of people that are also common words: masked with a capital letter only.
COMMON_WORDS = _words("""
petit grand blanc blanche noir brun roux rose pierre marchand boulanger berger fontaine moulin
chevalier mercier roi bon bonnet fort gros long court vert place rue maison maire jour noel avril
juin mai aout mars dimanche samedi accueil france claire marine aurore aime desire constant juste
clement parfait modeste prudent bois riviere pont olive violette jasmin perle soleil lune sage
gentil joly jolie bel beau belle boucher charpentier cordier tailleur masson meunier potier
couturier barbier porte mur val prevost clerc leger carre simple vidal camus gay lot poste page
prince marquis comte baron abbe moine benoit victoire grace foi carole melodie iris
""")

# Number words, for a telephone number written out.
NUMBERS = (
    "z[ée]ro|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|"
    "quinze|seize|vingts?|trente|quarante|cinquante|soixante"
)
