"""Touchpoints and questionnaires, devices, answers, counts, comments: one module a subject."""

from parvis.feedback.models.answers import Answer, KeptApart, Receipt
from parvis.feedback.models.comments import Comment
from parvis.feedback.models.counts import DayCount, HourCount, MonthCount, WeekProfileCount
from parvis.feedback.models.devices import Device, PairingCode
from parvis.feedback.models.exchanges import ApiKey, WebhookDelivery, WebhookEndpoint
from parvis.feedback.models.exports import ExportJob, OpenDataMonth, OpenDataset
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
    "Answer",
    "ApiKey",
    "Comment",
    "DayCount",
    "Device",
    "ExportJob",
    "HourCount",
    "KeptApart",
    "MonthCount",
    "OpenDataMonth",
    "OpenDataset",
    "PairingCode",
    "Question",
    "Questionnaire",
    "QuestionnaireVersion",
    "Receipt",
    "Touchpoint",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WeekProfileCount",
]
