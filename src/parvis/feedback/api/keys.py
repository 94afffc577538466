"""Who calls: a key of a body, what it opens, and how much it may ask in a minute."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled
from ninja.security import HttpBearer

from parvis.feedback.api.problems import RefusedRequestError
from parvis.feedback.exchange_enums import ApiScope
from parvis.feedback.models import ApiKey
from parvis.feedback.operations.exchanges import KEY_PREFIX
from parvis.feedback.secret_hash import secret_hash

REQUESTS_A_MINUTE = 120

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class ApiKeyBearer(HttpBearer):
    """`Authorization: Bearer parvis_…`; the key itself is looked up by its hash."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        if not token.startswith(KEY_PREFIX):
            return None
        # Before the key is known, no tenancy is.
        with scopes_disabled():
            return ApiKey.objects.filter(
                secret_hash=secret_hash(token), revoked_at__isnull=True
            ).first()


def opened_by(opens: ApiScope) -> Callable[[Endpoint], Endpoint]:
    """Open an endpoint to the keys that have this scope, within their body and their budget."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            key: ApiKey = request.auth  # type: ignore[attr-defined]
            if opens not in key.scopes:
                raise RefusedRequestError(
                    403, _("Cette clé n’ouvre pas « %(scope)s ».") % {"scope": opens.label}
                )
            wait = spend(key)
            if wait:
                raise RefusedRequestError(
                    429,
                    _("Cette clé a fait ses %(count)d demandes de la minute.")
                    % {"count": REQUESTS_A_MINUTE},
                    headers={"Retry-After": str(wait)},
                )
            with scope(organisation=[key.organisation_id]):
                return endpoint(request, *args, **kwargs)

        # The router reads annotations in the module of the function it is given: not this one.
        guarded.__signature__ = inspect.signature(endpoint, eval_str=True)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def spend(key: ApiKey, now: datetime | None = None) -> int:
    """Take one request off a key's minute; return how many seconds to wait, 0 when it had one left.

    Counted in the database: the same budget whatever the number of processes.
    """
    now = now or timezone.now()
    minute = now.replace(second=0, microsecond=0)
    with scopes_disabled():
        mine = ApiKey.objects.filter(pk=key.pk)
        # Twice: another request may have begun the minute between the two updates.
        for _turn in range(2):
            if mine.filter(window_started_at=minute, window_requests__lt=REQUESTS_A_MINUTE).update(
                window_requests=F("window_requests") + 1
            ):
                return 0
            if mine.exclude(window_started_at=minute).update(
                window_started_at=minute, window_requests=1, last_used_at=now
            ):
                return 0
    return max(60 - now.second, 1)
