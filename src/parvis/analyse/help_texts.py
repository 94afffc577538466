"""What `--help` shows, for the command and for each analysis, in French and in English."""

from __future__ import annotations

from typing import Final

from parvis.analyse.messages import Language

# The command itself has an empty name.
_FRENCH: Final = {
    "": """\
Utilisation : parvis analyse ANALYSE FICHIER… [options]

Analyses :
  composite   indicateur composite : normaliser, pondérer, agréger, classer
  opinions    groupes d’opinion : ce qui distingue chaque groupe, ce qui les rassemble
  budget      budget participatif : parts égales ou vote majoritaire
  pairs       comparaisons par paires : un classement

« parvis analyse ANALYSE --help » donne les options d’une analyse.
""",
    "composite": """\
Utilisation : parvis analyse composite DONNÉES.csv --config CONFIG.yaml [options]

Calcule un indicateur composite et le rang de chaque ligne.

Arguments :
  DONNÉES.csv             une ligne par élément ; colonne « id », à défaut la première ;
                          séparateur « , » ou « ; » (la virgule décimale est alors admise), UTF-8

Options :
  --config CONFIG.yaml    indicateurs, normalisation et agrégation
  --format FORMAT         table (par défaut), json ou csv
  --language LANGUE       fr (par défaut) ou en
  -h, --help              affiche cette aide

Exemple de configuration :
  normalisation: goalposts        # none, z-score, min-max ou goalposts
  aggregation: geometric          # arithmetic ou geometric
  indicators:
    delai:  {weight: 2, direction: -1, goalposts: [0, 30]}
    clarte: {weight: 1, goalposts: [0, 100]}
""",
    "opinions": """\
Utilisation : parvis analyse opinions VOTES.csv [COMMENTS.csv] [options]

Trouve les groupes d’opinion d’une consultation à énoncés courts.

Arguments :
  VOTES.csv               colonnes voter-id, comment-id, vote (1 d’accord, -1 pas d’accord,
                          0 passe) et, facultative, timestamp : le dernier vote compte ;
                          un export Polis convient
  COMMENTS.csv            colonnes comment-id, moderated (-1 : écarté) et, facultative, comment-body

Options :
  --moderated CHOIX       left-out (par défaut) : les énoncés écartés n’existent pas ;
                          as-passes : comme Polis, chacun est réputé y avoir passé
  --seed NOMBRE           graine du hasard, 0 par défaut : même graine, même résultat
  --format FORMAT         table (par défaut), json ou csv (une ligne par personne)
  --language LANGUE       fr (par défaut) ou en
  -h, --help              affiche cette aide
""",
    "budget": """\
Utilisation : parvis analyse budget FICHIER.pb [options]

Choisit les projets d’un budget participatif.

Argument :
  FICHIER.pb              format Pabulib : sections META, PROJECTS et VOTES ;
                          votes d’approbation (approval) ou à points (cumulative, scoring)

Options :
  --rule RÈGLE            equal-shares (par défaut) : méthode des parts égales ;
                          greedy : les projets les mieux soutenus tant que l’enveloppe suffit
  --completion CHOIX      ce qui complète les parts égales : add1 (par défaut), greedy ou none
  --format FORMAT         table (par défaut), json ou csv
  --language LANGUE       fr (par défaut) ou en
  -h, --help              affiche cette aide
""",
    "pairs": """\
Utilisation : parvis analyse pairs VOTES.csv [options]

Classe des éléments comparés deux à deux.

Argument :
  VOTES.csv               une ligne par comparaison, colonnes winner et loser

Options :
  --method MÉTHODE        bradley-terry (par défaut) ou win-rate (part des comparaisons gagnées)
  --format FORMAT         table (par défaut), json ou csv
  --language LANGUE       fr (par défaut) ou en
  -h, --help              affiche cette aide
""",
}

_ENGLISH: Final = {
    "": """\
Usage: parvis analyse ANALYSIS FILE… [options]

Analyses:
  composite   composite indicator: normalise, weight, aggregate, rank
  opinions    opinion groups: what sets each group apart, what they share
  budget      participatory budget: equal shares or majority vote
  pairs       pairwise comparisons: a ranking

"parvis analyse ANALYSIS --help" gives the options of an analysis.
""",
    "composite": """\
Usage: parvis analyse composite DATA.csv --config CONFIG.yaml [options]

Computes a composite indicator and the rank of each row.

Arguments:
  DATA.csv                one row per item; column "id", failing that the first one;
                          separator "," or ";" (which allows the decimal comma), UTF-8

Options:
  --config CONFIG.yaml    indicators, normalisation and aggregation
  --format FORMAT         table (default), json or csv
  --language LANGUAGE     fr (default) or en
  -h, --help              shows this help

Example of a configuration:
  normalisation: goalposts        # none, z-score, min-max or goalposts
  aggregation: geometric          # arithmetic or geometric
  indicators:
    delay:   {weight: 2, direction: -1, goalposts: [0, 30]}
    clarity: {weight: 1, goalposts: [0, 100]}
""",
    "opinions": """\
Usage: parvis analyse opinions VOTES.csv [COMMENTS.csv] [options]

Finds the opinion groups of a consultation made of short statements.

Arguments:
  VOTES.csv               columns voter-id, comment-id, vote (1 agree, -1 disagree, 0 pass) and,
                          optional, timestamp: the last vote counts; a Polis export will do
  COMMENTS.csv            columns comment-id, moderated (-1: left out) and, optional, comment-body

Options:
  --moderated CHOICE      left-out (default): statements moderated out do not exist;
                          as-passes: as in Polis, everybody is taken to have passed on them
  --seed NUMBER           seed of the random draws, 0 by default: same seed, same result
  --format FORMAT         table (default), json or csv (one row per person)
  --language LANGUAGE     fr (default) or en
  -h, --help              shows this help
""",
    "budget": """\
Usage: parvis analyse budget FILE.pb [options]

Chooses the projects of a participatory budget.

Argument:
  FILE.pb                 Pabulib format: sections META, PROJECTS and VOTES;
                          approval votes or points (cumulative, scoring)

Options:
  --rule RULE             equal-shares (default): method of equal shares;
                          greedy: the best supported projects while the envelope lasts
  --completion CHOICE     what completes the equal shares: add1 (default), greedy or none
  --format FORMAT         table (default), json or csv
  --language LANGUAGE     fr (default) or en
  -h, --help              shows this help
""",
    "pairs": """\
Usage: parvis analyse pairs VOTES.csv [options]

Ranks items that were compared two by two.

Argument:
  VOTES.csv               one row per comparison, columns winner and loser

Options:
  --method METHOD         bradley-terry (default) or win-rate (share of comparisons won)
  --format FORMAT         table (default), json or csv
  --language LANGUAGE     fr (default) or en
  -h, --help              shows this help
""",
}

HELP: Final = {Language.FRENCH: _FRENCH, Language.ENGLISH: _ENGLISH}
