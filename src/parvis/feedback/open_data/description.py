"""What the published file holds, in the words of a machine: Data Package and Table Schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from parvis.feedback.enums import QuestionKind
from parvis.feedback.models import MINIMUM_ANSWERS_WITH_FEW_AGENTS, MINIMUM_STAFFING
from parvis.feedback.open_data.dataset import FIELDS, THRESHOLD, TOTAL
from parvis.organisations.models import Organisation
from parvis.questionnaires.enums import Channel

LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence version 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}

_DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "mois": {
        "type": "yearmonth",
        "description": "Mois compté dans le fuseau horaire du point d’écoute.",
        "constraints": {"required": True},
        "example": "2026-01",
    },
    "point_code": {
        "type": "string",
        "description": "Code public et stable du point d’écoute.",
        "constraints": {"required": True, "maxLength": 8},
    },
    "point_nom": {"type": "string", "description": "Nom du point d’écoute ce mois-là."},
    "service": {"type": "string", "description": "Service concerné ; vide si aucun."},
    "canal": {
        "type": "string",
        "description": "Canal par lequel les usagers sont reçus.",
        "constraints": {"enum": list(Channel.values)},
    },
    "question": {"type": "string", "description": "Nom stable de la question."},
    "question_sorte": {
        "type": "string",
        "description": "Sorte de question. reasons et multiple : plusieurs réponses par personne.",
        "constraints": {"enum": list(QuestionKind.values)},
    },
    "question_texte": {"type": "string", "description": "Texte affiché aux usagers."},
    "reponse": {
        "type": "string",
        "description": (
            f"Code de la réponse, ou « {TOTAL} » : toutes les personnes qui ont répondu. Visages : "
            "0 (le pire) à 3 (le meilleur) ; notes : 0 à 10 ; textes : 1."
        ),
        "constraints": {"required": True},
    },
    "reponse_libelle": {
        "type": "string",
        "description": "Texte de la réponse ; vide pour une note.",
    },
    "nombre": {
        "type": "integer",
        "description": "Réponses retenues, en nombre de personnes. Vide : couvert par le secret.",
        "constraints": {"minimum": 0},
    },
    "secret": {
        "type": "boolean",
        "description": (
            f"Vrai quand le nombre est tu : de 1 à {THRESHOLD - 1}, ou retiré pour qu’aucune "
            f"soustraction ne le donne. Moins de {MINIMUM_STAFFING} agents : seuls les mois d’au "
            f"moins {MINIMUM_ANSWERS_WITH_FEW_AGENTS} réponses sont publiés."
        ),
        "constraints": {"required": True},
    },
}


def table_schema() -> dict[str, Any]:
    """The columns, in the Table Schema that schema.data.gouv.fr uses."""
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": "parvis-ecoute-comptes-mensuels",
        "title": "Comptes mensuels des réponses aux points d’écoute",
        "description": (
            "Une ligne par mois, point d’écoute, question et réponse. "
            "Un mois publié ne change plus."
        ),
        "version": "1.0.0",
        "fields": [{"name": name, **_DESCRIPTIONS[name]} for name in FIELDS],
        "missingValues": [""],
        "primaryKey": ["mois", "point_code", "question", "reponse"],
    }


def data_package(
    body: Organisation,
    *,
    months: Sequence[date],
    published_at: datetime,
    updated_at: datetime,
    csv_url: str,
    page_url: str,
) -> dict[str, Any]:
    """The description of the file, to be read beside it (Frictionless Data Package)."""
    temporal = {"start": f"{months[0]:%Y-%m}", "end": f"{months[-1]:%Y-%m}"} if months else None
    return {
        "profile": "tabular-data-package",
        "name": f"ecoute-{body.pk}",
        "id": page_url,
        "title": f"{body.name} : comptes mensuels de l’écoute des usagers",
        "description": (
            "Réponses données sur place ou par téléphone à une question à quatre visages et aux "
            "questions qui la suivent, comptées par mois. Ces personnes ont choisi de répondre : "
            "elles ne représentent pas tous les usagers. Les appuis trop rapprochés, les rafales "
            "et les essais sont écartés des comptes."
        ),
        "homepage": page_url,
        "licenses": [LICENCE],
        "contributors": [{"title": body.name, "role": "publisher"}],
        "keywords": ["satisfaction", "services publics", "usagers", "accueil"],
        "created": published_at.isoformat(timespec="seconds"),
        "updated": updated_at.isoformat(timespec="seconds"),
        "frequency": "monthly",
        "temporal": temporal,
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "comptes-mensuels",
                "title": "Comptes mensuels",
                "path": csv_url,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
                "schema": table_schema(),
            }
        ],
    }
