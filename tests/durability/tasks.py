"""The background work that workers are killed in: a slow task that means one mail, never two."""

from __future__ import annotations

import time

from django_tasks import task

from parvis.foundation.mail import queue_message


def mail_key(number: int) -> str:
    return f"durability:{number}"


@task()
def promise_a_mail(number: int) -> int:
    """Idempotent by the key of the mail; slow enough to be killed before and after its effect."""
    time.sleep(0.02)
    queue_message(
        to=f"personne{number}@exemple.invalid",
        subject=f"Tâche {number}",
        body="Une fois, et une seule.",
        language="fr",
        key=mail_key(number),
    )
    time.sleep(0.02)
    return number
