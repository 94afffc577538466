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
}

SCHEMAS: dict[str, Any] = {
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
