"""Where the demonstration's bodies listen: their places, touchpoints, questionnaires and kiosks.

Volumes rest on the one published figure, over 400 kiosk answers against 100 online in a town
(domain.md §8), read as a month of a main desk [choice]; the rest are choices around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from parvis.feedback.default_document import default_document
from parvis.feedback.simulation import AT_HOME, LIBRARY, OFFICE, POOL, TOWN_HALL, Hours
from parvis.questionnaires.enums import Channel, JourneyStage

# Visits a month of a main desk: by its kiosk, and by its public page.
KIOSK_VISITS, PAGE_VISITS = 400.0, 100.0
RECEPTION: Final = "Accueil"
REMOTE: Final = "Démarches à distance"


@dataclass(frozen=True, slots=True)
class KioskPlan:
    """`visits_a_month` as in `simulation.Behaviour`; `story` is what happens to it in the year."""

    name: str
    visits_a_month: float
    story: str = ""
    comment_share: tuple[float, float, float, float] = (0.09, 0.06, 0.02, 0.02)
    idea_share: float = 0.01


@dataclass(frozen=True, slots=True)
class PlacePlan:
    """A touchpoint. `site` empty = tied to no place; `quality` in logits beside its body's."""

    name: str
    service: str
    stage: JourneyStage
    staffing: int
    page_visits: float
    site: str = ""
    hours: Hours = field(default_factory=lambda: OFFICE)
    channel: Channel = Channel.VISIT
    questionnaire: str = RECEPTION
    quality: float = 0.0
    kiosk: KioskPlan | None = None
    # By phone a keyboard is at hand, and there is more to say. Shares by smiley, worst first.
    page_comment_share: tuple[float, float, float, float] = (0.34, 0.26, 0.12, 0.10)
    page_idea_share: float = 0.03


# What happens to a kiosk or a place of the showcase body.
DROPS, LOSES_NUMBERS, WAS_OFFLINE, IS_SILENT = "drops", "loses", "offline", "silent"

_TOWN_HALL, _LIBRARY, _POOL = "Hôtel de ville", "Médiathèque", "Piscine"
SITES: Final = (
    (_TOWN_HALL, "1, place de l’Accueil", "Du lundi au vendredi, 9 h – 12 h et 13 h 30 – 17 h"),
    (_LIBRARY, "8, rue des Livres", "Du mardi au samedi"),
    (_POOL, "3, chemin du Bassin", "Du mardi au dimanche, 10 h – 19 h"),
)
SHOWCASE: Final[Sequence[PlacePlan]] = (
    PlacePlan(
        name="Accueil de l’hôtel de ville",
        service="Accueil général",
        stage=JourneyStage.INFORMATION,
        staffing=9,
        page_visits=PAGE_VISITS,
        site=_TOWN_HALL,
        hours=TOWN_HALL,
        quality=0.2,
        kiosk=KioskPlan("Borne du hall", KIOSK_VISITS),
    ),
    PlacePlan(
        name="Guichet de l’état civil",
        service="État civil",
        stage=JourneyStage.HANDLING,
        staffing=8,
        page_visits=30.0,
        site=_TOWN_HALL,
        hours=TOWN_HALL,
        quality=0.1,
        kiosk=KioskPlan("Borne de l’état civil", 260.0, DROPS),
    ),
    PlacePlan(
        name="Médiathèque",
        service="Culture",
        stage=JourneyStage.ACCESS,
        staffing=7,
        page_visits=20.0,
        site=_LIBRARY,
        hours=LIBRARY,
        quality=0.7,
        kiosk=KioskPlan("Borne de la médiathèque", 280.0, LOSES_NUMBERS),
    ),
    PlacePlan(
        name="Piscine",
        service="Sports",
        stage=JourneyStage.ACCESS,
        staffing=6,
        page_visits=15.0,
        site=_POOL,
        hours=POOL,
        quality=-0.2,
        kiosk=KioskPlan("Borne de la piscine", 200.0, WAS_OFFLINE),
    ),
    PlacePlan(
        name="Action sociale",
        service="CCAS",
        stage=JourneyStage.HANDLING,
        staffing=3,
        page_visits=8.0,
        site=_TOWN_HALL,
        quality=0.3,
        kiosk=KioskPlan("Borne de l’action sociale", 70.0, IS_SILENT),
    ),
    PlacePlan(
        name="Urbanisme",
        service="Urbanisme",
        stage=JourneyStage.HANDLING,
        staffing=2,
        page_visits=16.0,
        site=_TOWN_HALL,
        quality=-0.5,
    ),
    PlacePlan(
        name="Démarches en ligne",
        service="Relation aux usagers",
        stage=JourneyStage.HANDLING,
        staffing=6,
        page_visits=80.0,
        hours=AT_HOME,
        channel=Channel.WEBSITE,
        questionnaire=REMOTE,
        quality=-0.4,
    ),
    PlacePlan(
        name="Réponses aux réclamations",
        service="Relation aux usagers",
        stage=JourneyStage.COMPLAINTS,
        staffing=5,
        page_visits=12.0,
        hours=AT_HOME,
        channel=Channel.POST,
        questionnaire=REMOTE,
        quality=-0.9,
    ),
)
# Nobody plays their coordinators: a few comments, too few for a search of themes.
_FEWER_COMMENTS = (0.02, 0.015, 0.006, 0.004)
# The other bodies: one desk with its kiosk, and for every second one its pages on the web. Small
# teams: shown by periods, and not watched day by day.
ELSEWHERE: Final[Sequence[PlacePlan]] = (
    PlacePlan(
        name="Accueil principal",
        service="Accueil",
        stage=JourneyStage.INFORMATION,
        staffing=4,
        page_visits=20.0,
        site="Accueil principal",
        page_comment_share=_FEWER_COMMENTS,
        page_idea_share=0.002,
        kiosk=KioskPlan(
            "Borne de l’accueil", 80.0, comment_share=_FEWER_COMMENTS, idea_share=0.001
        ),
    ),
    PlacePlan(
        name="Démarches en ligne",
        service="Relation aux usagers",
        stage=JourneyStage.HANDLING,
        staffing=3,
        page_visits=20.0,
        hours=AT_HOME,
        channel=Channel.WEBSITE,
        quality=-0.3,
        page_comment_share=_FEWER_COMMENTS,
        page_idea_share=0.002,
    ),
)


def documents() -> dict[str, dict[str, Any]]:
    """The questionnaires of the showcase body, by name."""
    remote = default_document()
    smiley, reasons, comment, _idea = remote["steps"]
    smiley["text"] = {
        "fr": "Comment s’est passée votre démarche\u00a0?",
        "en": "How did your request go?",
    }
    reasons["options"] = [
        _option(0, "Le délai de réponse", "The time it took", "responsiveness"),
        _option(1, "La clarté des explications", "Clear explanations", "answer_quality"),
        _option(2, "Le suivi de ma demande", "Following my request", "personalisation"),
        _option(3, "Le site ou le formulaire", "The site or the form", "accessibility"),
        _option(4, "La suite donnée à ma réclamation", "What my complaint led to", "complaints"),
    ]
    effort = {
        "key": "effort",
        "kind": "scale",
        "determinant": "",
        "text": {
            "fr": "Était-ce facile\u00a0?",
            "en": "Was it easy?",
        },
        "low": {"fr": "Très difficile", "en": "Very difficult"},
        "high": {"fr": "Très facile", "en": "Very easy"},
    }
    remote["steps"] = [smiley, reasons, effort, comment]
    return {RECEPTION: default_document(), REMOTE: remote}


def _option(code: int, french: str, english: str, determinant: str) -> dict[str, Any]:
    return {
        "code": code,
        "text": {"fr": french, "en": english},
        "determinant": determinant,
        "levels": [],
    }
