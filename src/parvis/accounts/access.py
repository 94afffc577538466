"""Which hats open which pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind

DEMO_SIGN_IN = "demo_sign_in"

View = Callable[..., HttpResponseBase]

# View name → kinds of hats that open it: the permission table of the tests reads it.
HATS_OF_VIEW: dict[str, frozenset[RoleKind]] = {}


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session's person has a second factor, which sign-in then always asks for.

    The one-click sign-in of a demonstration stands for it; production settings refuse that mode.
    """
    if settings.DEMO and request.session.get(DEMO_SIGN_IN):
        return True
    return is_mfa_enabled(request.user)


def hat_required(*kinds: RoleKind, allow_pending: bool = False) -> Callable[[View], View]:
    """Open a view to the hats named; whoever wears another is told, or offered to change.

    `allow_pending` also admits a coordinator whose mandate waits for the operator's confirmation.
    """
    admitted = frozenset(kinds)

    def decorate(view: View) -> View:
        HATS_OF_VIEW[f"{view.__module__}.{view.__qualname__}"] = admitted

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            hat = getattr(request, "hat", None)
            locked = getattr(request, "locked_hat", None)
            if locked is not None and locked.kind in admitted:
                return redirect("accounts:second_factor")
            if hat is None or hat.kind not in admitted:
                if any(other.kind in admitted for other in getattr(request, "hats", [])):
                    query = urlencode({"next": request.get_full_path()})
                    return redirect(f"{reverse('accounts:hats')}?{query}")
                raise PermissionDenied(_("Cette page n’est pas ouverte à votre rôle."))
            if not hat.is_effective and not allow_pending:
                raise PermissionDenied(
                    _(
                        "L’opérateur doit d’abord confirmer que vous pouvez agir pour cet "
                        "organisme. Vous recevrez un courriel dès que ce sera fait."
                    )
                )
            return view(request, *args, **kwargs)

        return guarded

    return decorate
