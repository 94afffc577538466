"""The protocol of the devices in the words of OpenAPI; its views are plain ones, for speed.

The README of this room is its source. Whoever changes a view of the protocol changes it here.
"""

from __future__ import annotations

from typing import Any

_UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
_MILLISECONDS: dict[str, Any] = {"type": "integer", "format": "int64"}
_PROBLEMS = {
    "400": "Unreadable body: not JSON, not UTF-8, or broken compression.",
    "401": "Unknown or revoked device: its queue is kept.",
    "413": "More than 1 MB, or 4 MB once unpacked, or 500 answers.",
    "415": "Neither JSON nor gzipped JSON.",
    "429": "Asked to wait: see Retry-After.",
    "503": "Busy: nothing was taken, see Retry-After.",
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
            "summary": "Send what a device wrote down: 1 to 500 answers",
            "description": (
                "Idempotent: the same answers sent again get the same receipts. Everything "
                "acknowledged is on the disk. An entry leaves the outbox of a device only against "
                "a receipt that bears its id and its hash. Answers to an unknown version, question "
                "or value are kept whole, shown apart and never counted."
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
                "202": _reply("Every answer is stored, or was already.", "BatchReply"),
                "409": _reply(
                    "At least one bears an id already used with another content; both are kept.",
                    "BatchReply",
                ),
                "422": _reply("Nothing was taken; the faulty answers are named.", "BatchErrors"),
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
            "id": {**_UUID, "description": "Drawn by the device; names the answer for ever."},
            "visit": {**_UUID, "description": "Shared by the answers of one passage."},
            "seq": {
                "type": "integer",
                "description": "Rank among all that the device ever sent, from 1; 0 = no count.",
            },
            "touchpoint": {"type": "string", "maxLength": 20},
            "version": {"type": "integer", "description": "Number of the version shown."},
            "question": {"type": "string", "maxLength": 40},
            "value": {
                "type": "integer",
                "description": "Smiley 0–3, note 0–10, option, sum of 2^code, 1 for a text.",
            },
            "level": {"type": "integer", "minimum": -1, "maximum": 3},
            "text": {"type": "string", "maxLength": 2000},
            "language": {"type": "string", "maxLength": 8},
            "time_ms": {**_MILLISECONDS, "description": "Wall clock of the device."},
            "mono_ms": {**_MILLISECONDS, "description": "Milliseconds since the run began."},
            "run": {**_UUID, "description": "Names one life of the page."},
            "epoch_ms": {
                "type": ["integer", "null"],
                "description": "Server's time at the zero of the run, when it was known.",
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
                "description": "One for each answer sent, in their order.",
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
                        "index": {"type": "integer", "description": "−1 = of the batch itself."},
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
        "description": "Secret given once, when the kiosk is paired.",
    }
}
