"""The protocol of the devices in the words of OpenAPI; its views are plain ones, for speed.

The README of this room is its source. Whoever changes a view of the protocol changes it here.
"""

from __future__ import annotations

from typing import Any

_UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
_MILLISECONDS: dict[str, Any] = {"type": "integer", "format": "int64"}
_PROBLEMS = {
    "400": "Corps illisible : ni JSON, ni UTF-8, ou compression abîmée.",
    "401": "Appareil inconnu ou révoqué : il garde sa file.",
    "413": "Plus de 1 Mo, ou de 4 Mo une fois décompressé, ou de 500 réponses.",
    "415": "Ni JSON, ni JSON compressé par gzip.",
    "429": "Attendez : voyez Retry-After.",
    "503": "Occupé : rien n’a été pris, voyez Retry-After.",
}


def _reply(description: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


PATHS: dict[str, Any] = {
    "/api/feedback/batches": {
        "post": {
            "operationId": "send_batch",
            "tags": ["devices"],
            "summary": "Envoyer ce qu’une borne a noté : 1 à 500 réponses",
            "description": (
                "Les mêmes réponses envoyées de nouveau reçoivent les mêmes "
                "reçus. Ce qui est reçu est "
                "sur le disque. Une réponse ne quitte la file d’une borne que "
                "contre un reçu qui porte "
                "son identifiant et son empreinte. Les réponses à une version, une question ou une "
                "valeur inconnues sont gardées entières, montrées à part et jamais comptées."
            ),
            "security": [{"DeviceSecret": []}],
            "parameters": [
                {
                    "name": "Content-Encoding",
                    "in": "header",
                    "required": False,
                    "schema": {"type": "string", "enum": ["gzip", "identity"]},
                }
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Batch"}}},
            },
            "responses": {
                "202": _reply(
                    "Toutes les réponses sont enregistrées, ou l’étaient déjà.", "BatchReply"
                ),
                "409": _reply(
                    (
                        "Une réponse au moins porte un identifiant déjà pris par un "
                        "autre contenu ; les deux sont gardés."
                    ),
                    "BatchReply",
                ),
                "422": _reply(
                    "Rien n’a été pris ; les réponses fautives sont nommées.", "BatchErrors"
                ),
                **{status: {"description": text} for status, text in _PROBLEMS.items()},
            },
        }
    },
    "/api/feedback/pair": {
        "post": {
            "operationId": "pair_kiosk",
            "tags": ["devices"],
            "summary": "Appairer une borne par le code montré au coordinateur",
            "description": (
                "Le code vaut dix minutes et une fois. Le secret est donné une seule fois ; casse "
                "et tiret du code ne comptent pas."
            ),
            "security": [],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": _object(
                            {"code": {"type": "string", "maxLength": 20, "example": "ABCD-2345"}}
                        )
                    }
                },
            },
            "responses": {
                "201": _reply("La borne est appairée.", "Paired"),
                "400": _reply("Illisible.", "DeviceRefusal"),
                "403": _reply("Ni https, ni la machine elle-même.", "DeviceRefusal"),
                "404": _reply("Code inconnu.", "DeviceRefusal"),
                "409": _reply("Code déjà servi, ou point d’écoute fermé.", "DeviceRefusal"),
                "410": _reply("Code expiré.", "DeviceRefusal"),
                "429": _reply("Trop d’essais : voyez Retry-After.", "DeviceRefusal"),
            },
        }
    },
    "/api/feedback/configuration": {
        "get": {
            "operationId": "get_configuration",
            "tags": ["devices"],
            "summary": "Ce qu’une borne affiche",
            "description": "Avec une ETag : 304 quand la borne a déjà cette configuration.",
            "security": [{"DeviceSecret": []}],
            "parameters": [
                {
                    "name": "If-None-Match",
                    "in": "header",
                    "required": False,
                    "description": "ETag de la configuration que la borne a déjà.",
                    "schema": {"type": "string"},
                }
            ],
            "responses": {
                "200": _reply("La configuration.", "Configuration"),
                "304": {"description": "La borne l’a déjà."},
                "401": {"description": _PROBLEMS["401"]},
                "403": _reply("Ni https, ni la machine elle-même.", "DeviceRefusal"),
            },
        }
    },
}

SCHEMAS: dict[str, Any] = {
    "Paired": _object(
        {
            "secret": {"type": "string", "description": "Donné cette seule fois."},
            "device": _object({"id": {"type": "integer"}, "name": {"type": "string"}}),
            "configuration": {"$ref": "#/components/schemas/Configuration"},
        }
    ),
    "DeviceRefusal": _object(
        {
            "error": {"type": "string", "description": "Un mot, pour le programme."},
            "message": {"type": "string", "description": "Une phrase à montrer."},
        }
    ),
    "Configuration": _object(
        {
            "configuration": {"type": "integer", "description": "Numéro qui grandit."},
            "app": {"type": "string"},
            "device": {"type": "object"},
            "touchpoint": {"type": "object"},
            "idle": {"type": "object", "description": "Délais d’inactivité, en millisecondes."},
            "version": {"type": ["integer", "null"], "description": "null = rien de publié."},
            "document": {"type": ["object", "null"]},
            "phrases": {"type": "object", "description": "Phrases, par nom et par langue."},
            "sounds": {"type": "object", "description": "Adresse de chaque son, par empreinte."},
        }
    ),
    "Batch": _object(
        {
            "sent": _object({"time_ms": _MILLISECONDS, "mono_ms": _MILLISECONDS, "run": _UUID}),
            "health": _object(
                {
                    "app": {"type": "string", "maxLength": 20},
                    "queue": {"type": "integer", "minimum": 0},
                    "storage_left": {"type": "integer", "minimum": 0},
                },
                optional=("app", "queue", "storage_left"),
            ),
            "answers": {
                "type": "array",
                "minItems": 1,
                "maxItems": 500,
                "items": {"$ref": "#/components/schemas/SentAnswer"},
            },
        },
        optional=("health",),
    ),
    "SentAnswer": _object(
        {
            "id": {**_UUID, "description": "Tiré par l’appareil ; nomme la réponse pour toujours."},
            "visit": {**_UUID, "description": "Commun aux réponses d’un même passage."},
            "seq": {
                "type": "integer",
                "description": (
                    "Rang parmi tous les envois de l’appareil, à partir de 1 ; 0 = sans rang."
                ),
            },
            "touchpoint": {"type": "string", "maxLength": 20},
            "version": {"type": "integer", "description": "Numéro de la version affichée."},
            "question": {"type": "string", "maxLength": 40},
            "value": {
                "type": "integer",
                "description": (
                    "Visage 0 à 3, note 0 à 10, choix, somme des 2^code, 1 pour un texte."
                ),
            },
            "level": {"type": "integer", "minimum": -1, "maximum": 3},
            "text": {"type": "string", "maxLength": 2000},
            "language": {"type": "string", "maxLength": 8},
            "time_ms": {**_MILLISECONDS, "description": "Horloge de l’appareil."},
            "mono_ms": {
                **_MILLISECONDS,
                "description": "Millisecondes depuis le début de l’exécution.",
            },
            "run": {**_UUID, "description": "Nomme une exécution de la page."},
            "epoch_ms": {
                "type": ["integer", "null"],
                "description": "Heure du serveur au début de l’exécution, si elle est connue.",
            },
        },
        optional=("text", "epoch_ms"),
    ),
    "BatchReply": _object(
        {
            "server_time_ms": _MILLISECONDS,
            "configuration": {"type": "integer"},
            "receipts": {
                "type": "array",
                "description": "Un par réponse envoyée, dans leur ordre.",
                "items": _object(
                    {
                        "id": _UUID,
                        "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                        "status": {
                            "type": "string",
                            "enum": ["stored", "kept_apart", "conflict"],
                        },
                    }
                ),
            },
        }
    ),
    "BatchErrors": _object(
        {
            "errors": {
                "type": "array",
                "items": _object(
                    {
                        "index": {"type": "integer", "description": "−1 = du lot lui-même."},
                        "field": {"type": "string"},
                        "message": {"type": "string"},
                    }
                ),
            }
        }
    ),
}

SECURITY: dict[str, Any] = {
    "DeviceSecret": {
        "type": "http",
        "scheme": "bearer",
        "description": "Secret donné une fois, à l’appairage de la borne.",
    }
}
