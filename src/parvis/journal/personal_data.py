"""The journal holds numbers of people, never their names or words."""

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

declare(
    "journal.Entry",
    "actor_id",
    purpose=_("qui a fait quoi"),
    controller=Controller.OPERATOR,
    retention=_("gardé : un numéro, devenu pseudonyme quand la personne est effacée"),
)
not_personal(
    "journal.Entry",
    "action",
    "subject_kind",
    "details",
    because="codes and numbers; `record` takes no name, address or free text of a person",
)
