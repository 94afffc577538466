"""Speaking a published questionnaire, in the background: a dozen texts in each language."""

from __future__ import annotations

from django_scopes import scopes_disabled
from django_tasks import task

from parvis.feedback.models import QuestionnaireVersion
from parvis.feedback.operations.speech import make_missing_sounds


@task()
def speak_version(version_id: int) -> int:
    """Make the sounds that the version lacks; returns how many. Run again, it makes no other."""
    with scopes_disabled():
        version = QuestionnaireVersion.objects.select_related("questionnaire").get(pk=version_id)
        return make_missing_sounds(version=version)
