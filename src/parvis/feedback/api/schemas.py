"""What the API gives. Names are in English, as programs expect; what describes them, in French."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field


class AnswerCode(Schema):
    answer: int = Field(
        description="Code employé dans les comptes et, pour un choix unique, dans les réponses."
    )
    label: str


class QuestionOut(Schema):
    key: str = Field(description="Nom stable de la question dans son questionnaire.")
    kind: str = Field(description="smiley, reasons, scale, single, multiple, comment ou idea.")
    text: str
    answers: list[AnswerCode] = Field(
        description="Vide pour une note de 0 à 10 et pour les textes."
    )


class TouchpointOut(Schema):
    code: str = Field(description="Code public et stable du point d’écoute.")
    name: str
    service: str = Field(description="Vide = aucun.")
    stage: str = Field(description="Étape du parcours ; vide = aucune en particulier.")
    channel: str
    staffing: int = Field(description="Nombre d’agents.")
    one_by_one: bool = Field(
        description=(
            "Si ses réponses sont données une à une. Faux au-dessous de cinq "
            "agents : seuls le sont "
            "les comptes des mois d’au moins trente réponses, pour que personne ne soit suivi."
        )
    )
    time_zone: str = Field(description="Fuseau IANA dans lequel jours et heures sont comptés.")
    created_at: datetime
    closed_at: datetime | None = Field(description="null = ouvert.")
    questions: list[QuestionOut]


class TouchpointPage(Schema):
    items: list[TouchpointOut]
    next: str | None = Field(description="Curseur de la page suivante ; null = c’est la dernière.")


class AnswerOut(Schema):
    id: UUID
    visit: UUID = Field(description="Commun aux réponses d’un même passage.")
    received_at: datetime
    occurred_at: datetime | None = Field(description="Meilleure estimation ; null = inconnu.")
    time_quality: Literal["exact", "synchronised", "device_clock", "unknown"]
    day: date = Field(description="Jour où elle est comptée, dans le fuseau du point d’écoute.")
    hour: int = Field(description="0 à 23, dans le fuseau du point d’écoute.")
    touchpoint: str = Field(description="Code du point d’écoute.")
    device: int = Field(description="Numéro de l’appareil.")
    version: int = Field(description="Numéro de la version de questionnaire affichée.")
    question: str
    kind: str
    value: int = Field(
        description=("Visage 0 à 3, note 0 à 10, code du choix, somme des 2^code, 1 pour un texte.")
    )
    label: str = Field(description="La réponse en mots ; vide pour une note ou un texte.")
    level: int | None = Field(description="Visage du même passage ; null = inconnu, ou elle-même.")
    language: str
    sequence: int | None = Field(description="Rang parmi les envois de l’appareil ; null = aucun.")
    exclusion: str | None = Field(
        description="Pourquoi elle n’est pas comptée ; null = elle l’est."
    )
    text: str = Field(description="Commentaire ou idée, données personnelles masquées.")


class AnswerPage(Schema):
    items: list[AnswerOut]
    next: str | None = Field(
        description=(
            "Curseur après la dernière réponse lue : redemandez avec lui, tout "
            "de suite si has_more, "
            "plus tard pour la suite. null = rien n’a jamais été reçu."
        )
    )
    has_more: bool


class CountOut(Schema):
    touchpoint: str
    period: str = Field(description="AAAA-MM-JJ pour un jour, AAAA-MM pour un mois.")
    question: str
    level: int | None = Field(description="Visage du même passage ; null = inconnu, ou elle-même.")
    answer: int | None = Field(
        description="Visage, note ou code ; null = tous ceux qui ont répondu à un choix multiple."
    )
    label: str
    raw: int = Field(description="Toutes les réponses reçues.")
    kept: int = Field(description="Sans celles que le filtre écarte.")
    excluded: dict[str, int] = Field(description="Réponses écartées, par raison.")


class CountPage(Schema):
    items: list[CountOut]
    next: str | None = Field(description="Curseur de la page suivante ; null = c’est la dernière.")


class DeviceOut(Schema):
    id: int
    name: str
    kind: Literal["kiosk", "link"]
    touchpoint: str
    created_at: datetime
    revoked_at: datetime | None = Field(description="null = en service.")
    last_seen_at: datetime | None = Field(description="null = jamais.")
    app_version: str
    queue_length: int | None = Field(
        description="Réponses pas encore envoyées, d’après son dernier message."
    )
    storage_left_bytes: int | None
    clock_offset_ms: int | None = Field(description="Horloge du serveur moins celle de l’appareil.")
    highest_sequence: int | None = Field(description="null au-dessous de cinq agents.")
    missing_sequences: list[tuple[int, int]] = Field(
        description=(
            "Plages [premier, dernier] des rangs jamais venus ; vide au-dessous de cinq agents."
        )
    )


class DevicePage(Schema):
    items: list[DeviceOut]
    next: str | None = Field(description="Curseur de la page suivante ; null = c’est la dernière.")
