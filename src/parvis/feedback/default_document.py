"""The questionnaire proposed to whoever starts one: French and English, four screens."""

from __future__ import annotations

from typing import Any


def default_document() -> dict[str, Any]:
    """A fresh copy, in the form of `questionnaire_document`."""
    return {
        "languages": ["fr", "en"],
        "thanks": {
            "fr": "Merci\u00a0! Votre avis est enregistré.",
            "en": "Thank you! Your feedback is recorded.",
        },
        "steps": [
            {
                "key": "satisfaction",
                "kind": "smiley",
                "determinant": "",
                "text": {
                    "fr": "Comment s’est passée votre visite aujourd’hui\u00a0?",
                    "en": "How was your visit today?",
                },
                "labels": [
                    {"fr": "Très mal", "en": "Very bad"},
                    {"fr": "Plutôt mal", "en": "Rather bad"},
                    {"fr": "Plutôt bien", "en": "Rather good"},
                    {"fr": "Très bien", "en": "Very good"},
                ],
            },
            {
                "key": "reasons",
                "kind": "reasons",
                "determinant": "",
                "text": {"fr": "Qu’est-ce qui a compté\u00a0?", "en": "What mattered?"},
                "options": [
                    _reason(0, "L’attente", "Waiting time", "waiting"),
                    _reason(1, "L’accueil", "The welcome", "courtesy"),
                    _reason(2, "La réponse reçue", "The answer I got", "answer_quality"),
                    _reason(3, "L’écoute", "Attention to my case", "personalisation"),
                    _reason(4, "Trouver à qui parler", "Finding whom to talk to", "transfer"),
                    _reason(5, "L’accès et les locaux", "Access and premises", "accessibility"),
                ],
            },
            {
                "key": "comment",
                "kind": "comment",
                "determinant": "",
                "text": {
                    "fr": "Voulez-vous en dire plus\u00a0?",
                    "en": "Would you like to say more?",
                },
            },
            {
                "key": "idea",
                "kind": "idea",
                "determinant": "",
                "text": {
                    "fr": "Une idée pour faire mieux\u00a0?",
                    "en": "An idea to do better?",
                },
            },
        ],
    }


def _reason(code: int, french: str, english: str, determinant: str) -> dict[str, Any]:
    return {
        "code": code,
        "text": {"fr": french, "en": english},
        "determinant": determinant,
        "levels": [],
    }
