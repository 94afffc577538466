"""What the foundation itself holds on people, and what the tables of Django's own rooms hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from parvis.foundation import leases, mail
from parvis.foundation.personal_data import Controller, declare, not_personal

PARKED_TASK_RETENTION = timedelta(days=90)


def forget_parked_tasks(now: datetime, dry_run: bool) -> int:
    """Forget the tasks parked long ago: their error message may quote a person's words."""
    old = leases.parked().filter(finished_at__lt=now - PARKED_TASK_RETENTION)
    return old.count() if dry_run else old.delete()[0]


declare(
    "foundation.OutgoingMail",
    "to",
    "subject",
    "body",
    "error",
    purpose=_("envoyer un message une seule fois, et savoir ce qu’il est devenu"),
    controller=Controller.OPERATOR,
    retention=mail.RETENTION,
    purge=mail.purge_old,
)
not_personal(
    "foundation.OutgoingMail",
    "key",
    "message_id",
    "language",
    because="a reason with numbers, a hash, a language",
)
not_personal("foundation.TaskLease", "worker_id", because="name of a machine and of a process")
not_personal("foundation.ScheduleState", "name", because="name of a function")
not_personal("foundation.Erasure", "kind", because="name of a model; the number leads nowhere")
declare(
    "django_tasks_database.DBTaskResult",
    "traceback",
    "return_value",
    purpose=_("comprendre pourquoi un travail du logiciel a échoué"),
    controller=Controller.OPERATOR,
    retention=PARKED_TASK_RETENTION,
    purge=forget_parked_tasks,
)
not_personal(
    "django_tasks_database.DBTaskResult",
    "args_kwargs",
    "task_path",
    "worker_ids",
    "queue_name",
    "backend_name",
    "exception_class_path",
    because="names of the software and numbers of rows",
)
not_personal(
    "contenttypes.ContentType", "app_label", "model", because="names of the software's tables"
)
not_personal("auth.Permission", "name", "codename", because="names of the software's permissions")
not_personal("auth.Group", "name", because="unused: roles are rows of the room accounts")
