"""Where a citizen is in a questionnaire, signed and carried by the page: no cookie is needed.

The number of each answer is drawn from the visit's own: the same page sent twice, by a double press
or a bad network, is the same answer. A token says nothing of who holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from django.core import signing

from parvis.feedback.enums import NO_LEVEL

_SALT = "parvis.feedback.visit"
LIFE_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """One citizen's passage at a touchpoint's public page."""

    id: UUID
    touchpoint_code: str
    # Key of the `QuestionnaireVersion` shown.
    version: int
    # When the page was first shown, on the server's clock, in milliseconds since 1970.
    began_ms: int
    # Rank of the step shown in the document: 0 is the smiley, the number of steps is the thanks.
    rank: int = 0
    level: int = NO_LEVEL
    # Whether an idea was stored: the thanks show its private link.
    gave_idea: bool = False

    def answer_id(self, question: str) -> UUID:
        return uuid5(self.id, question)

    def sealed(self) -> str:
        """The token of a page's form."""
        content = [
            self.id.hex,
            self.touchpoint_code,
            self.version,
            self.began_ms,
            self.rank,
            self.level,
            int(self.gave_idea),
        ]
        return signing.dumps(content, salt=_SALT, compress=True)


class ExpiredVisit(Exception):  # noqa: N818 – a state of the page, not a fault
    """The page was open for longer than a token lives; `visit` is what it held."""

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self.visit = visit


def opened(token: str, *, touchpoint_code: str) -> Visit | None:
    """The visit in a token; None when it was not sealed here, for this touchpoint.

    Raise `ExpiredVisit` when it was, but too long ago.
    """
    try:
        visit = _read(signing.loads(token, salt=_SALT))
    except signing.BadSignature:
        return None
    if visit.touchpoint_code != touchpoint_code:
        return None
    try:
        signing.loads(token, salt=_SALT, max_age=LIFE_SECONDS)
    except signing.SignatureExpired:
        raise ExpiredVisit(visit) from None
    return visit


def _read(content: list[str | int]) -> Visit:
    number, code, version, began_ms, rank, level, gave_idea = content
    return Visit(
        id=UUID(str(number)),
        touchpoint_code=str(code),
        version=int(version),
        began_ms=int(began_ms),
        rank=int(rank),
        level=int(level),
        gave_idea=bool(gave_idea),
    )
