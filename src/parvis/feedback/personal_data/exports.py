"""Files made for a coordinator: they leave after a week, and who asked for them with them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.feedback.exports.files import EXPORT_KEPT, drop_old_exports
from parvis.foundation.personal_data import Controller, declare, not_personal

declare(
    "feedback.ExportJob",
    "requested_by",
    purpose=_("remettre un export à qui l’a demandé, et savoir qui en a fait"),
    controller=Controller.ORGANISATION,
    retention=EXPORT_KEPT,
    purge=drop_old_exports,
)
not_personal(
    "feedback.ExportJob", "writer_state", "failure", because="sizes, and a sentence of the software"
)
declare(
    "feedback.OpenDataset",
    "published_by",
    purpose=_("savoir qui a décidé de publier les comptes"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que la publication"),
)
not_personal("feedback.OpenDataMonth", "lines", because="counts of a month, small ones hidden")
