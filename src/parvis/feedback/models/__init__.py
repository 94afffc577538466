"""Touchpoints and questionnaires, devices, answers, counts, comments: one module a subject."""

from parvis.feedback.models.answers import Answer, KeptApart, Receipt
from parvis.feedback.models.comments import Comment
from parvis.feedback.models.counts import DayCount, HourCount, MonthCount, WeekProfileCount
from parvis.feedback.models.devices import Device, PairingCode
from parvis.feedback.models.national import NationalFigures
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
    "Comment",
    "DayCount",
    "Device",
    "HourCount",
    "KeptApart",
    "MonthCount",
    "NationalFigures",
    "PairingCode",
    "Question",
    "Questionnaire",
    "QuestionnaireVersion",
    "Receipt",
    "Touchpoint",
    "WeekProfileCount",
]
