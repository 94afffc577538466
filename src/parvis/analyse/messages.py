"""The sentences of `parvis analyse`, in French and in English.

The room works without Django, so it keeps its own small catalogue; a test checks that both
languages have every message with the same fields.
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto
from typing import Final


class Language(StrEnum):
    """Languages of the messages; French first."""

    FRENCH = "fr"
    ENGLISH = "en"


class Message(Enum):
    """Everything the command may say."""

    PREFIX = auto()
    PLACE_LINE = auto()
    PLACE_FIELD = auto()
    AT_PLACE = auto()
    HEAD_RANK = auto()
    HEAD_SCORE = auto()
    HEAD_GROUP = auto()
    HEAD_PEOPLE = auto()
    HEAD_STATEMENT = auto()
    HEAD_SIDE = auto()
    HEAD_CONSENSUS = auto()
    AGREE = auto()
    DISAGREE = auto()
    GROUPS_FOUND = auto()
    REPRESENTATIVE_STATEMENTS = auto()
    CONSENSUAL_STATEMENTS = auto()
    HEAD_PROJECT = auto()
    HEAD_COST = auto()
    HEAD_SUPPORT = auto()
    HEAD_DECISION = auto()
    BUDGET_FOUND = auto()
    BUDGET_SHARE = auto()
    PROJECT_BOUGHT = auto()
    PROJECT_BOUGHT_BY_POINTS = auto()
    PROJECT_MOST_SUPPORTED = auto()
    PROJECT_COMPLETED = auto()
    PROJECT_FREE = auto()
    PROJECT_TOO_DEAR = auto()
    PROJECT_NO_SUPPORT = auto()
    PROJECT_SUPPORTERS_SHORT = auto()
    PROJECT_DID_NOT_FIT = auto()

    ANALYSIS_NOT_GIVEN = auto()
    ANALYSIS_UNKNOWN = auto()
    OPTION_UNKNOWN = auto()
    OPTION_WITHOUT_VALUE = auto()
    OPTION_VALUE_UNKNOWN = auto()
    OPTION_OF_ANOTHER_ANALYSIS = auto()
    SEED_INVALID = auto()
    COMPLETION_WITHOUT_SHARES = auto()
    OPTION_MALFORMED = auto()
    DATA_NOT_GIVEN = auto()
    DATA_GIVEN_TWICE = auto()
    FILES_TOO_MANY = auto()
    CONFIG_NOT_GIVEN = auto()

    FILE_MISSING = auto()
    FILE_IS_DIRECTORY = auto()
    FILE_FORBIDDEN = auto()
    FILE_UNREADABLE = auto()
    FILE_TOO_BIG = auto()
    FILE_BINARY = auto()
    FILE_NOT_UTF8 = auto()
    FILE_EMPTY = auto()

    CSV_NO_SEPARATOR = auto()
    CSV_MALFORMED = auto()
    CSV_COLUMN_UNNAMED = auto()
    CSV_COLUMN_TWICE = auto()
    CSV_NO_ROW = auto()
    CSV_CELL_COUNT = auto()
    COLUMN_NEEDED = auto()
    ID_EMPTY = auto()
    ID_TWICE = auto()
    COLUMN_MISSING = auto()
    COLUMN_IS_ID = auto()
    CELL_EMPTY = auto()
    CELL_NOT_A_NUMBER = auto()
    CELL_DECIMAL_COMMA = auto()
    CELL_NOT_FINITE = auto()

    VOTE_INVALID = auto()
    TIME_INVALID = auto()
    MODERATION_INVALID = auto()
    SECTION_MISSING = auto()
    SECTION_TWICE = auto()
    OUTSIDE_SECTIONS = auto()
    AMOUNT_INVALID = auto()
    POINTS_INVALID = auto()
    POINTS_COUNT = auto()
    PROJECT_UNKNOWN = auto()
    PROJECT_TWICE = auto()
    COMPARED_WITH_ITSELF = auto()
    ITEMS_TOO_MANY = auto()

    YAML_INVALID = auto()
    YAML_INVALID_AT = auto()
    YAML_NOT_A_MAPPING = auto()
    KEY_TWICE = auto()
    KEY_UNKNOWN = auto()
    KEY_UNKNOWN_SUGGESTED = auto()
    KEY_MISSING = auto()
    KEY_NOT_TEXT = auto()
    NO_INDICATOR = auto()
    NOT_A_NUMBER = auto()
    CHOICE_UNKNOWN = auto()
    WEIGHT_NEGATIVE = auto()
    WEIGHTS_ALL_ZERO = auto()
    DIRECTION_INVALID = auto()
    GOALPOSTS_SHAPE = auto()
    GOALPOSTS_ORDER = auto()
    GOALPOSTS_MISSING = auto()
    COVERAGE_INVALID = auto()

    CONSTANT = auto()
    TOO_FEW = auto()
    NOT_POSITIVE = auto()
    OUT_OF_RANGE = auto()

    OUTPUT_REFUSED = auto()


_FRENCH: Final[dict[Message, str]] = {
    Message.PREFIX: "parvis analyse : {reason}",
    Message.PLACE_LINE: "ligne {line}",
    Message.PLACE_FIELD: "« {field} »",
    Message.AT_PLACE: "{place} : {reason}",
    Message.HEAD_RANK: "rang",
    Message.HEAD_SCORE: "score",
    Message.HEAD_GROUP: "groupe",
    Message.HEAD_PEOPLE: "personnes",
    Message.HEAD_STATEMENT: "énoncé",
    Message.HEAD_SIDE: "avis",
    Message.HEAD_CONSENSUS: "accord",
    Message.AGREE: "d’accord",
    Message.DISAGREE: "pas d’accord",
    Message.GROUPS_FOUND: (
        "{groups} groupe(s) d’opinion, {entered} personne(s) placée(s) sur {people}, "
        "{statements} énoncé(s)"
    ),
    Message.REPRESENTATIVE_STATEMENTS: "Ce qui distingue chaque groupe",
    Message.CONSENSUAL_STATEMENTS: "Ce sur quoi les groupes s’accordent le plus",
    Message.HEAD_PROJECT: "projet",
    Message.HEAD_COST: "coût",
    Message.HEAD_SUPPORT: "soutien",
    Message.HEAD_DECISION: "décision",
    Message.BUDGET_FOUND: (
        "{chosen} projet(s) retenu(s) sur {projects}, {cost} sur {envelope}, {voters} bulletin(s)"
    ),
    Message.BUDGET_SHARE: "Part de chaque votant : {share}, dont {added} ajoutés pour compléter",
    Message.PROJECT_BOUGHT: "retenu : {full} à {price}, {less} avec ce qui leur restait ({in_all})",
    Message.PROJECT_BOUGHT_BY_POINTS: (
        "retenu : {full} à {price} le point, {less} avec ce qui leur restait ({in_all})"
    ),
    Message.PROJECT_MOST_SUPPORTED: "retenu : tient dans le reste de l’enveloppe",
    Message.PROJECT_COMPLETED: "retenu en complément : tient dans le reste de l’enveloppe",
    Message.PROJECT_FREE: "retenu : ne coûte rien",
    Message.PROJECT_TOO_DEAR: "écarté : dépasse toute l’enveloppe de {missing}",
    Message.PROJECT_NO_SUPPORT: "écarté : aucun soutien",
    Message.PROJECT_SUPPORTERS_SHORT: "écarté : il manque {missing} à ses soutiens",
    Message.PROJECT_DID_NOT_FIT: "écarté : il manque {missing} au reste de l’enveloppe",
    Message.ANALYSIS_NOT_GIVEN: "indiquez l’analyse à faire : {choices} ; voyez --help.",
    Message.ANALYSIS_UNKNOWN: "l’analyse « {name} » n’existe pas ; analyse possible : {choices}.",
    Message.OPTION_UNKNOWN: "l’option « {option} » n’existe pas ; voyez --help.",
    Message.OPTION_WITHOUT_VALUE: "l’option {option} attend une valeur.",
    Message.OPTION_VALUE_UNKNOWN: (
        "l’option {option} n’admet pas « {value} » ; valeurs possibles : {choices}."
    ),
    Message.OPTION_MALFORMED: "la ligne de commande est mal formée ; voyez --help.",
    Message.OPTION_OF_ANOTHER_ANALYSIS: (
        "l’option {option} n’est pas une option de l’analyse « {analysis} »."
    ),
    Message.SEED_INVALID: "l’option --seed attend un nombre entier de 0 à 4294967295.",
    Message.COMPLETION_WITHOUT_SHARES: (
        "l’option --completion ne s’emploie qu’avec --rule equal-shares."
    ),
    Message.DATA_NOT_GIVEN: "indiquez le fichier de données (CSV) ; voyez --help.",
    Message.DATA_GIVEN_TWICE: "un seul fichier de données est attendu ; « {extra} » est de trop.",
    Message.FILES_TOO_MANY: "deux fichiers au plus sont attendus ; « {extra} » est de trop.",
    Message.CONFIG_NOT_GIVEN: "indiquez la configuration avec --config CONFIG.yaml.",
    Message.FILE_MISSING: "ce fichier n’existe pas.",
    Message.FILE_IS_DIRECTORY: "c’est un dossier, pas un fichier.",
    Message.FILE_FORBIDDEN: "vous n’avez pas le droit de lire ce fichier.",
    Message.FILE_UNREADABLE: "ce fichier ne peut pas être lu.",
    Message.FILE_TOO_BIG: "ce fichier dépasse {megabytes} Mo.",
    Message.FILE_BINARY: (
        "ce fichier n’est pas du texte (octet nul) ; enregistrez-le en texte UTF-8."
    ),
    Message.FILE_NOT_UTF8: (
        "ce fichier n’est pas en UTF-8 (octet {byte}) ; enregistrez-le en « CSV UTF-8 »."
    ),
    Message.FILE_EMPTY: "ce fichier est vide.",
    Message.CSV_NO_SEPARATOR: (
        "la première ligne n’a qu’une colonne ; séparez-les par « , » ou « ; »."
    ),
    Message.CSV_MALFORMED: "le CSV est mal formé (guillemet non refermé ou cellule trop longue).",
    Message.CSV_COLUMN_UNNAMED: "la colonne {number} n’a pas de nom.",
    Message.CSV_COLUMN_TWICE: "deux colonnes portent ce nom.",
    Message.CSV_NO_ROW: "ce fichier n’a aucune ligne de données.",
    Message.CSV_CELL_COUNT: "{found} cellules au lieu de {expected}.",
    Message.COLUMN_NEEDED: "cette colonne manque ; colonnes présentes : {columns}.",
    Message.ID_EMPTY: "l’identifiant est vide.",
    Message.ID_TWICE: "l’identifiant « {id} » est déjà à la ligne {first}.",
    Message.COLUMN_MISSING: (
        "la configuration demande cette colonne, absente du fichier ; "
        "colonnes présentes : {columns}."
    ),
    Message.COLUMN_IS_ID: "cette colonne est l’identifiant : elle ne peut pas être un indicateur.",
    Message.CELL_EMPTY: (
        "la cellule est vide ; complétez-la, ou admettez les manques avec "
        "« minimum_coverage » dans la configuration."
    ),
    Message.CELL_NOT_A_NUMBER: "« {value} » n’est pas un nombre.",
    Message.CELL_DECIMAL_COMMA: (
        "« {value} » : la virgule décimale n’est admise qu’avec le séparateur « ; »."
    ),
    Message.CELL_NOT_FINITE: "« {value} » n’est pas un nombre fini.",
    Message.VOTE_INVALID: (
        "« {value} » n’est pas un vote ; 1 (d’accord), -1 (pas d’accord) ou 0 (passe) est attendu."
    ),
    Message.TIME_INVALID: "« {value} » n’est pas un horodatage ; un nombre entier est attendu.",
    Message.MODERATION_INVALID: (
        "« {value} » n’est pas un état de modération ; 1, 0 ou -1 (écarté) est attendu."
    ),
    Message.SECTION_MISSING: "la section {section} manque.",
    Message.SECTION_TWICE: "la section {section} est donnée deux fois.",
    Message.OUTSIDE_SECTIONS: "cette ligne vient avant toute section (META, PROJECTS ou VOTES).",
    Message.AMOUNT_INVALID: (
        "« {value} » n’est pas un montant ; un nombre positif ou nul est attendu."
    ),
    Message.POINTS_INVALID: (
        "« {value} » n’est pas un nombre de points ; un nombre positif ou nul est attendu."
    ),
    Message.POINTS_COUNT: "{points} nombre(s) de points pour {projects} projet(s).",
    Message.PROJECT_UNKNOWN: "le projet « {id} » n’est pas dans la section PROJECTS.",
    Message.PROJECT_TWICE: "le projet « {id} » est deux fois dans ce bulletin.",
    Message.COMPARED_WITH_ITSELF: "« {id} » est comparé à lui-même.",
    Message.ITEMS_TOO_MANY: (
        "{found} éléments ; la méthode bradley-terry en admet {most} ; voyez --method win-rate."
    ),
    Message.YAML_INVALID: "ce fichier n’est pas du YAML valide.",
    Message.YAML_INVALID_AT: "ce fichier n’est pas du YAML valide (colonne {column}).",
    Message.YAML_NOT_A_MAPPING: "une liste de « clé: valeur » est attendue ici.",
    Message.KEY_TWICE: "la clé « {key} » est donnée deux fois.",
    Message.KEY_UNKNOWN: "cette clé n’existe pas ; clés possibles : {choices}.",
    Message.KEY_UNKNOWN_SUGGESTED: "cette clé n’existe pas ; vouliez-vous dire « {suggestion} » ?",
    Message.KEY_MISSING: "cette clé est obligatoire.",
    Message.KEY_NOT_TEXT: "la clé {key} n’est pas un texte ; mettez-la entre guillemets.",
    Message.NO_INDICATOR: "donnez au moins un indicateur.",
    Message.NOT_A_NUMBER: "un nombre est attendu (le point est le séparateur décimal).",
    Message.CHOICE_UNKNOWN: "« {value} » n’est pas admis ; valeurs possibles : {choices}.",
    Message.WEIGHT_NEGATIVE: "un poids ne peut pas être négatif.",
    Message.WEIGHTS_ALL_ZERO: "tous les poids sont nuls ; il en faut au moins un positif.",
    Message.DIRECTION_INVALID: "1 (plus, c’est mieux) ou -1 (moins, c’est mieux) est attendu.",
    Message.GOALPOSTS_SHAPE: "deux nombres sont attendus : [bas, haut].",
    Message.GOALPOSTS_ORDER: "le repère bas ({low}) doit être inférieur au repère haut ({high}).",
    Message.GOALPOSTS_MISSING: (
        "la normalisation « goalposts » demande les repères de chaque indicateur : [bas, haut]."
    ),
    Message.COVERAGE_INVALID: "un nombre de 0 à 1 est attendu.",
    Message.CONSTANT: (
        "toutes les valeurs sont égales : la normalisation « {method} » est impossible."
    ),
    Message.TOO_FEW: "il faut au moins deux valeurs pour la normalisation « {method} ».",
    Message.NOT_POSITIVE: (
        "la moyenne géométrique demande des valeurs strictement positives ; « {id} » vaut {value} "
        "(après normalisation « {method} »)."
    ),
    Message.OUT_OF_RANGE: "les nombres sont trop grands ou trop petits pour le calcul.",
    Message.OUTPUT_REFUSED: "le résultat n’a pas pu être écrit ; le disque est-il plein ?",
}

_ENGLISH: Final[dict[Message, str]] = {
    Message.PREFIX: "parvis analyse: {reason}",
    Message.PLACE_LINE: "line {line}",
    Message.PLACE_FIELD: '"{field}"',
    Message.AT_PLACE: "{place}: {reason}",
    Message.HEAD_RANK: "rank",
    Message.HEAD_SCORE: "score",
    Message.HEAD_GROUP: "group",
    Message.HEAD_PEOPLE: "people",
    Message.HEAD_STATEMENT: "statement",
    Message.HEAD_SIDE: "side",
    Message.HEAD_CONSENSUS: "consensus",
    Message.AGREE: "agree",
    Message.DISAGREE: "disagree",
    Message.GROUPS_FOUND: (
        "{groups} opinion group(s), {entered} of {people} people placed, {statements} statement(s)"
    ),
    Message.REPRESENTATIVE_STATEMENTS: "What sets each group apart",
    Message.CONSENSUAL_STATEMENTS: "What the groups agree on most",
    Message.HEAD_PROJECT: "project",
    Message.HEAD_COST: "cost",
    Message.HEAD_SUPPORT: "support",
    Message.HEAD_DECISION: "decision",
    Message.BUDGET_FOUND: (
        "{chosen} of {projects} project(s) chosen, {cost} of {envelope}, {voters} ballot(s)"
    ),
    Message.BUDGET_SHARE: "Share of each voter: {share}, of which {added} added to complete",
    Message.PROJECT_BOUGHT: "chosen: {full} paid {price}, {less} what they had left ({in_all})",
    Message.PROJECT_BOUGHT_BY_POINTS: (
        "chosen: {full} paid {price} a point, {less} what they had left ({in_all})"
    ),
    Message.PROJECT_MOST_SUPPORTED: "chosen: fits in the rest of the envelope",
    Message.PROJECT_COMPLETED: "chosen to complete: fits in the rest of the envelope",
    Message.PROJECT_FREE: "chosen: costs nothing",
    Message.PROJECT_TOO_DEAR: "refused: exceeds the whole envelope by {missing}",
    Message.PROJECT_NO_SUPPORT: "refused: no support",
    Message.PROJECT_SUPPORTERS_SHORT: "refused: its supporters lack {missing}",
    Message.PROJECT_DID_NOT_FIT: "refused: the rest of the envelope lacks {missing}",
    Message.ANALYSIS_NOT_GIVEN: "give the analysis to make: {choices}; see --help.",
    Message.ANALYSIS_UNKNOWN: 'there is no analysis "{name}"; possible: {choices}.',
    Message.OPTION_UNKNOWN: 'there is no option "{option}"; see --help.',
    Message.OPTION_WITHOUT_VALUE: "option {option} needs a value.",
    Message.OPTION_VALUE_UNKNOWN: 'option {option} does not accept "{value}"; possible: {choices}.',
    Message.OPTION_MALFORMED: "the command line is malformed; see --help.",
    Message.OPTION_OF_ANOTHER_ANALYSIS: '{option} is not an option of the analysis "{analysis}".',
    Message.SEED_INVALID: "option --seed needs a whole number from 0 to 4294967295.",
    Message.COMPLETION_WITHOUT_SHARES: "option --completion needs --rule equal-shares.",
    Message.DATA_NOT_GIVEN: "give the data file (CSV); see --help.",
    Message.DATA_GIVEN_TWICE: 'only one data file is expected; "{extra}" is one too many.',
    Message.FILES_TOO_MANY: 'two files at most are expected; "{extra}" is one too many.',
    Message.CONFIG_NOT_GIVEN: "give the configuration with --config CONFIG.yaml.",
    Message.FILE_MISSING: "this file does not exist.",
    Message.FILE_IS_DIRECTORY: "this is a folder, not a file.",
    Message.FILE_FORBIDDEN: "you may not read this file.",
    Message.FILE_UNREADABLE: "this file cannot be read.",
    Message.FILE_TOO_BIG: "this file exceeds {megabytes} MB.",
    Message.FILE_BINARY: "this file is not text (null byte); save it as UTF-8 text.",
    Message.FILE_NOT_UTF8: 'this file is not UTF-8 (byte {byte}); save it as "CSV UTF-8".',
    Message.FILE_EMPTY: "this file is empty.",
    Message.CSV_NO_SEPARATOR: 'the first line has one column only; separate them by "," or ";".',
    Message.CSV_MALFORMED: "the CSV is malformed (unclosed quote, or too long a cell).",
    Message.CSV_COLUMN_UNNAMED: "column {number} has no name.",
    Message.CSV_COLUMN_TWICE: "two columns have this name.",
    Message.CSV_NO_ROW: "this file has no row of data.",
    Message.CSV_CELL_COUNT: "{found} cells instead of {expected}.",
    Message.COLUMN_NEEDED: "this column is missing; columns present: {columns}.",
    Message.ID_EMPTY: "the identifier is empty.",
    Message.ID_TWICE: 'the identifier "{id}" is already on line {first}.',
    Message.COLUMN_MISSING: (
        "the configuration needs this column, which the file lacks; columns present: {columns}."
    ),
    Message.COLUMN_IS_ID: "this column is the identifier: it cannot be an indicator.",
    Message.CELL_EMPTY: (
        'the cell is empty; fill it in, or allow gaps with "minimum_coverage" in the configuration.'
    ),
    Message.CELL_NOT_A_NUMBER: '"{value}" is not a number.',
    Message.CELL_DECIMAL_COMMA: '"{value}": a decimal comma needs ";" as the separator.',
    Message.CELL_NOT_FINITE: '"{value}" is not a finite number.',
    Message.VOTE_INVALID: (
        '"{value}" is not a vote; 1 (agree), -1 (disagree) or 0 (pass) is expected.'
    ),
    Message.TIME_INVALID: '"{value}" is not a timestamp; a whole number is expected.',
    Message.MODERATION_INVALID: (
        '"{value}" is not a state of moderation; 1, 0 or -1 (left out) is expected.'
    ),
    Message.SECTION_MISSING: "section {section} is missing.",
    Message.SECTION_TWICE: "section {section} is given twice.",
    Message.OUTSIDE_SECTIONS: "this line comes before any section (META, PROJECTS or VOTES).",
    Message.AMOUNT_INVALID: '"{value}" is not an amount; a number of zero or more is expected.',
    Message.POINTS_INVALID: (
        '"{value}" is not a number of points; a number of zero or more is expected.'
    ),
    Message.POINTS_COUNT: "{points} number(s) of points for {projects} project(s).",
    Message.PROJECT_UNKNOWN: 'project "{id}" is not in the section PROJECTS.',
    Message.PROJECT_TWICE: 'project "{id}" is twice in this ballot.',
    Message.COMPARED_WITH_ITSELF: '"{id}" is compared with itself.',
    Message.ITEMS_TOO_MANY: (
        "{found} items; method bradley-terry takes {most}; see --method win-rate."
    ),
    Message.YAML_INVALID: "this file is not valid YAML.",
    Message.YAML_INVALID_AT: "this file is not valid YAML (column {column}).",
    Message.YAML_NOT_A_MAPPING: 'a list of "key: value" is expected here.',
    Message.KEY_TWICE: 'the key "{key}" is given twice.',
    Message.KEY_UNKNOWN: "there is no such key; possible: {choices}.",
    Message.KEY_UNKNOWN_SUGGESTED: 'there is no such key; did you mean "{suggestion}"?',
    Message.KEY_MISSING: "this key is required.",
    Message.KEY_NOT_TEXT: "the key {key} is not text; put it between quotes.",
    Message.NO_INDICATOR: "give at least one indicator.",
    Message.NOT_A_NUMBER: "a number is expected.",
    Message.CHOICE_UNKNOWN: '"{value}" is not accepted; possible: {choices}.',
    Message.WEIGHT_NEGATIVE: "a weight cannot be negative.",
    Message.WEIGHTS_ALL_ZERO: "all weights are zero; at least one must be positive.",
    Message.DIRECTION_INVALID: "1 (more is better) or -1 (less is better) is expected.",
    Message.GOALPOSTS_SHAPE: "two numbers are expected: [low, high].",
    Message.GOALPOSTS_ORDER: "the low goalpost ({low}) must be below the high one ({high}).",
    Message.GOALPOSTS_MISSING: (
        'normalisation "goalposts" needs the goalposts of each indicator: [low, high].'
    ),
    Message.COVERAGE_INVALID: "a number from 0 to 1 is expected.",
    Message.CONSTANT: 'all values are equal: normalisation "{method}" is impossible.',
    Message.TOO_FEW: 'normalisation "{method}" needs at least two values.',
    Message.NOT_POSITIVE: (
        'the geometric mean needs strictly positive values; "{id}" is {value} '
        '(after normalisation "{method}").'
    ),
    Message.OUT_OF_RANGE: "the numbers are too large or too small to compute with.",
    Message.OUTPUT_REFUSED: "the result could not be written; is the disk full?",
}

CATALOGUE: Final = {Language.FRENCH: _FRENCH, Language.ENGLISH: _ENGLISH}


def sentence(message: Message, language: Language, **fields: object) -> str:
    """Fill in a message's sentence."""
    return CATALOGUE[language][message].format(**fields) if fields else CATALOGUE[language][message]
