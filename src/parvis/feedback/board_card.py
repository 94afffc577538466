"""The card of on-the-spot feedback on the operator's board: who took the option, who listens."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_scopes import scopes_disabled

from parvis.accounts.hats import Hat
from parvis.editions.board import BoardCard, BoardLine
from parvis.editions.enums import OptionCode
from parvis.editions.models import Edition, Registration
from parvis.feedback.models import DayCount, Touchpoint

# A body listens when it received something in the last days, so many.
ACTIVE_DAYS = 30


def feedback_card(edition: Edition, hat: Hat) -> BoardCard | None:
    """Counts of bodies only: what each hears is its own. Nothing without the option."""
    if not edition.options.filter(code=OptionCode.FEEDBACK).exists():
        return None
    takers = (
        Registration.objects.visible_to(hat)
        .taking_part()
        .filter(edition=edition, ticked_options__option__code=OptionCode.FEEDBACK)
    )
    since = edition.day_of(timezone.now()) - timedelta(days=ACTIVE_DAYS)
    # Whether each taker has touchpoints and answers, never which: the operator sees counts.
    with scopes_disabled():
        places = Touchpoint.objects.filter(organisation=OuterRef("organisation"))
        heard = DayCount.objects.filter(touchpoint=OuterRef("pk"), day__gte=since)
        taken = takers.count()
        ready = takers.filter(Exists(places.open())).count()
        active = takers.filter(Exists(places.filter(Exists(heard)))).count()
    return BoardCard(
        title=_("Écoute à chaud"),
        order=60,
        say=ngettext(
            "%(count)d organisme a pris l’option.",
            "%(count)d organismes ont pris l’option.",
            taken,
        )
        % {"count": taken},
        lines=[
            BoardLine(_("Ont ouvert un point d’écoute"), str(ready)),
            BoardLine(
                _("Ont reçu des avis depuis trente jours"),
                str(active),
                pill="good" if taken and active == taken else "",
            ),
        ],
        links=[(_("Vue nationale"), reverse("feedback:national"))],
    )
