"""What the pages of the public show of ideas: a card in a list, one idea whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from parvis.consultations.enums import ContributionKind, ContributionState, VoteKind
from parvis.consultations.models import (
    Attachment,
    Contribution,
    OfficialAnswer,
    Participant,
    Phase,
    Vote,
)
from parvis.consultations.phase_settings import IdeasSettings, settings_as
from parvis.consultations.pre_electoral import withheld
from parvis.consultations.starts import theme_label
from parvis.foundation.uploads import IMAGES

# Characters of the text shown in a list.
EXCERPT = 180


def ideas_settings(phase: Phase) -> IdeasSettings:
    return settings_as(IdeasSettings, phase.kind, phase.settings)


@dataclass(frozen=True)
class Card:
    """An idea with what a page says of it: labels in place of codes, what its reader did."""

    idea: Contribution
    title: str
    text: str
    theme: str
    sector: str
    supported: bool
    # The official answer; None = none yet, or a pre-electoral period keeps it back.
    answer: OfficialAnswer | None = None
    image: Attachment | None = None
    documents: Sequence[Attachment] = field(default_factory=tuple)

    @property
    def excerpt(self) -> str:
        text = " ".join(self.text.split())
        if len(text) <= EXCERPT:
            return text
        return f"{text[:EXCERPT].rsplit(' ', 1)[0]} …"

    @property
    def takes_support(self) -> bool:
        return self.idea.state == ContributionState.PUBLISHED


def cards(
    ideas: Sequence[Contribution],
    phase: Phase,
    *,
    participant: Participant | None,
    language: str,
    with_files: bool = False,
) -> list[Card]:
    """The cards of ideas, in their order; one query for supports, one for files if asked."""
    settings = ideas_settings(phase)
    themes = {choice.code: theme_label(choice.label, choice.code) for choice in settings.themes}
    sectors = {choice.code: choice.label for choice in settings.sectors}
    supported = supported_by(participant, ideas)
    is_held_back = withheld(phase.consultation) is not None
    files: dict[int, list[Attachment]] = {}
    if with_files:
        for attached in Attachment.objects.filter(contribution__in=ideas).order_by("pk"):
            files.setdefault(attached.contribution_id or 0, []).append(attached)
    return [
        Card(
            idea=idea,
            title=_told(idea, language, "title"),
            text=_told(idea, language, "text"),
            theme=themes.get(idea.theme, ""),
            sector=sectors.get(idea.sector, ""),
            supported=idea.pk in supported,
            answer=None if is_held_back else getattr(idea, "official_answer", None),
            image=next((one for one in files.get(idea.pk, ()) if one.media_type in IMAGES), None),
            documents=[one for one in files.get(idea.pk, ()) if one.media_type not in IMAGES],
        )
        for idea in ideas
    ]


def supported_by(
    participant: Participant | None, contributions: Iterable[Contribution]
) -> set[int]:
    """Keys of those that the participant supports."""
    if participant is None:
        return set()
    given = Vote.objects.filter(
        participant=participant,
        kind=VoteKind.SUPPORT,
        subject__in=[one.pk for one in contributions],
    )
    return set(given.values_list("subject", flat=True))


def comments_on(idea: Contribution) -> Any:
    """What is published about an idea, the oldest first."""
    return (
        Contribution.objects.published()
        .filter(parent=idea, kind=ContributionKind.COMMENT)
        .select_related("author")
        .order_by("published_at", "pk")
    )


def answers_given(idea: Contribution, settings: IdeasSettings) -> list[tuple[str, str]]:
    """(question, answer) of the fields of the phase, in their order."""
    given: Mapping[str, Any] = idea.answers
    return [(one.label, str(given[one.code])) for one in settings.fields if given.get(one.code)]


def _told(idea: Contribution, language: str, name: str) -> str:
    translated = idea.translations.get(language, {}).get(name, "")
    return translated or str(getattr(idea, name))
