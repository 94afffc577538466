"""Touchpoints and questionnaires, devices, answers, counts, comments, alerts: one module a
subject.
"""

from parvis.feedback.models.alerts import Alert, AlertComment, TouchpointWatch
from parvis.feedback.models.answers import Answer, KeptApart, Receipt
from parvis.feedback.models.boards import ClosedPeriod, WallLink
from parvis.feedback.models.comments import Comment
from parvis.feedback.models.counts import (
    WEEK_COLUMNS,
    DayCount,
    HourCount,
    MonthCount,
    WeekProfile,
)
from parvis.feedback.models.devices import Device, PairingCode, WrongPairing
from parvis.feedback.models.exchanges import ApiKey, WebhookDelivery, WebhookEndpoint
from parvis.feedback.models.exports import ExportJob, OpenDataMonth, OpenDataset
from parvis.feedback.models.ideas import Idea, IdeaSupport
from parvis.feedback.models.moderation import AgentName
from parvis.feedback.models.national import NationalFigures
from parvis.feedback.models.replies import Commitment, Reply, ReplyTemplate
from parvis.feedback.models.speech import SpokenLabel
from parvis.feedback.models.themes import Theme, ThemeSearch
from parvis.feedback.models.touchpoints import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    MINIMUM_STAFFING,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    Touchpoint,
)

__all__ = [
    "MINIMUM_ANSWERS_WITH_FEW_AGENTS",
    "MINIMUM_STAFFING",
    "WEEK_COLUMNS",
    "AgentName",
    "Alert",
    "AlertComment",
    "Answer",
    "ApiKey",
    "ClosedPeriod",
    "Comment",
    "Commitment",
    "DayCount",
    "Device",
    "ExportJob",
    "HourCount",
    "Idea",
    "IdeaSupport",
    "KeptApart",
    "MonthCount",
    "NationalFigures",
    "OpenDataMonth",
    "OpenDataset",
    "PairingCode",
    "Question",
    "Questionnaire",
    "QuestionnaireVersion",
    "Receipt",
    "Reply",
    "ReplyTemplate",
    "SpokenLabel",
    "Theme",
    "ThemeSearch",
    "Touchpoint",
    "TouchpointWatch",
    "WallLink",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WeekProfile",
    "WrongPairing",
]
