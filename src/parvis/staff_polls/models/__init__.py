"""Polls and groups, the roll, the box, and what is shown: one module a subject."""

from parvis.staff_polls.models.box import Ballot
from parvis.staff_polls.models.polls import (
    DEFAULT_THRESHOLD,
    MINIMUM_THRESHOLD,
    PollGroup,
    StaffPoll,
)
from parvis.staff_polls.models.results import PollComment, Release
from parvis.staff_polls.models.roll import EligibleAgent, PrintedCode

__all__ = [
    "DEFAULT_THRESHOLD",
    "MINIMUM_THRESHOLD",
    "Ballot",
    "EligibleAgent",
    "PollComment",
    "PollGroup",
    "PrintedCode",
    "Release",
    "StaffPoll",
]
