"""The tables of consultations."""

from parvis.consultations.models.answers import Milestone, OfficialAnswer
from parvis.consultations.models.consultations import (
    CODE_LENGTH,
    DEFAULT_APPEAL_DAYS,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    Consultation,
    Phase,
    TeamInvitation,
    TeamMember,
)
from parvis.consultations.models.contributions import (
    CONTRIBUTION_TEXT_LENGTH,
    CONTRIBUTION_TITLE_LENGTH,
    STATEMENT_LENGTH,
    Attachment,
    Contribution,
    ModerationDecision,
    Report,
    SupportMove,
)
from parvis.consultations.models.imports import ImportJob
from parvis.consultations.models.paper import PaperSheet
from parvis.consultations.models.people import (
    EntryTry,
    Follow,
    MailProof,
    Notice,
    Participant,
    ParticipantAccess,
    PrintedCode,
    RollEntry,
)
from parvis.consultations.models.votes import (
    MOST_POINTS,
    ClosedVote,
    Exposure,
    ExposureClass,
    PhaseFigures,
    Vote,
)

__all__ = [
    "CODE_LENGTH",
    "CONTRIBUTION_TEXT_LENGTH",
    "CONTRIBUTION_TITLE_LENGTH",
    "DEFAULT_APPEAL_DAYS",
    "MOST_POINTS",
    "STATEMENT_LENGTH",
    "SUMMARY_LENGTH",
    "TITLE_LENGTH",
    "Attachment",
    "ClosedVote",
    "Consultation",
    "Contribution",
    "EntryTry",
    "Exposure",
    "ExposureClass",
    "Follow",
    "ImportJob",
    "MailProof",
    "Milestone",
    "ModerationDecision",
    "Notice",
    "OfficialAnswer",
    "PaperSheet",
    "Participant",
    "ParticipantAccess",
    "Phase",
    "PhaseFigures",
    "PrintedCode",
    "Report",
    "RollEntry",
    "SupportMove",
    "TeamInvitation",
    "TeamMember",
    "Vote",
]
