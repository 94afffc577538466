"""The two answers of a permission: allowed, or denied with the reason shown to the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import PermissionDenied


@dataclass(frozen=True, slots=True)
class Allowed:
    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Denied:
    """`reason` is a translated sentence for the person refused."""

    reason: str

    def __bool__(self) -> Literal[False]:
        return False


Decision = Allowed | Denied


def require(decision: Decision) -> None:
    """Go on, or raise `PermissionDenied` with the reason."""
    if isinstance(decision, Denied):
        raise PermissionDenied(decision.reason)
