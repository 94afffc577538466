"""Rows of this room a hat may see; what is open, active, or waits for somebody."""

from __future__ import annotations

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django_scopes import scopes_disabled

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.feedback.enums import AlertState, CommentState, DeviceKind
from parvis.organisations.search_words import words_of

MAX_SEARCH_CHARACTERS = 200
MAX_SEARCH_WORDS = 8


class OfABodyQuerySet(models.QuerySet[Any]):
    def visible_to(self, hat: Hat) -> Self:
        """Those of the body a coordinator acts for; nobody else sees a body's own feedback."""
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(organisation=hat.organisation_id)
        return self.none()


class QuestionnaireQuerySet(OfABodyQuerySet):
    pass


class TouchpointQuerySet(OfABodyQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def shown_in_detail(self) -> Self:
        """Those where enough people work for a day or an hour not to speak of one of them."""
        from parvis.feedback.models.touchpoints import MINIMUM_STAFFING

        return self.filter(staffing__gte=MINIMUM_STAFFING)

    def shown_by_period(self) -> Self:
        """The others: only periods of at least 30 answers are shown of them."""
        from parvis.feedback.models.touchpoints import MINIMUM_STAFFING

        return self.filter(staffing__lt=MINIMUM_STAFFING)


class SpokenLabelQuerySet(OfABodyQuerySet):
    pass


class DeviceQuerySet(OfABodyQuerySet):
    def kiosks(self) -> Self:
        return self.filter(kind=DeviceKind.KIOSK)

    def active(self) -> Self:
        return self.filter(revoked_at__isnull=True)


class CommentQuerySet(OfABodyQuerySet):
    def to_read(self) -> Self:
        return self.filter(state=CommentState.PENDING)

    def published(self) -> Self:
        return self.filter(state=CommentState.PUBLISHED)

    def search(self, text: str) -> Self:
        """Those whose masked text holds words that begin like these, accents left aside."""
        words = words_of(text[:MAX_SEARCH_CHARACTERS])[:MAX_SEARCH_WORDS]
        return self.filter(search_text__has_words=words) if words else self.none()


class AlertQuerySet(OfABodyQuerySet):
    def not_closed(self) -> Self:
        return self.exclude(state=AlertState.CLOSED)


class WallLinkQuerySet(OfABodyQuerySet):
    def active(self) -> Self:
        return self.filter(revoked_at__isnull=True)


class ThemeQuerySet(OfABodyQuerySet):
    def current(self) -> Self:
        """Those that the last search found."""
        return self.filter(lost_at__isnull=True)


class ReplyQuerySet(OfABodyQuerySet):
    pass


class CommitmentQuerySet(OfABodyQuerySet):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)


class IdeaQuerySet(OfABodyQuerySet):
    def alive(self) -> Self:
        """Those that were not merged into another."""
        return self.filter(merged_into__isnull=True)

    def public(self) -> Self:
        """Those that anybody may read and support: a moderator published their text."""
        return self.alive().filter(comment__state=CommentState.PUBLISHED)

    def with_supports(self) -> Self:
        """`support_count`: their own supports and those of the ideas merged into them.

        Two counts rather than one condition or another: each follows its own index.
        """
        own = self._counted(idea=OuterRef("pk"))
        merged = self._counted(idea__merged_into=OuterRef("pk"))
        return self.annotate(support_count=own + merged)

    def _counted(self, **condition: Any) -> Coalesce:
        # Supports are reached from ideas already limited to what may be seen.
        with scopes_disabled():
            supports = apps.get_model("feedback", "IdeaSupport").objects.filter(**condition)
        number = supports.order_by().values("organisation").annotate(number=Count("pk"))
        return Coalesce(Subquery(number.values("number")), 0)


class ExchangeQuerySet(OfABodyQuerySet):
    """Exports, open data, keys and webhooks of a body."""
