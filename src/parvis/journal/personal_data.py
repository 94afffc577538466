"""The journal holds numbers of people, never their names or words."""

from parvis.foundation.personal_data import Controller, declare, not_personal

declare(
    "journal.Entry",
    "actor_id",
    purpose="who did what",
    controller=Controller.OPERATOR,
    retention="kept: a number, turned into a pseudonym when the person is erased",
)
not_personal(
    "journal.Entry",
    "action",
    "subject_kind",
    "details",
    because="codes and numbers; `record` takes no name, address or free text of a person",
)
