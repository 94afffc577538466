"""Questionnaires and touchpoints: texts about services, and who published them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

not_personal(
    "feedback.Questionnaire", "name", "draft", because="questions about a service, shown to all"
)
not_personal(
    "feedback.QuestionnaireVersion", "document", because="questions about a service, shown to all"
)
not_personal("feedback.Question", "key", because="the name of a question in its questionnaire")
not_personal(
    "feedback.Touchpoint",
    "name",
    "service",
    "code",
    "time_zone",
    because="a place or a service, shown on its public page",
)
declare(
    "feedback.QuestionnaireVersion",
    "published_by",
    purpose=_("savoir qui a publié le questionnaire"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que les réponses à cette version"),
)
