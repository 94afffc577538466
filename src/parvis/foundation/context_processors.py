"""What every page needs to know about the installation."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

import parvis


def page(request: HttpRequest) -> dict[str, object]:
    return {
        "demo": settings.DEMO,
        "operator_name": settings.OPERATOR_NAME,
        "operator_email": settings.OPERATOR_EMAIL,
        "software_version": parvis.__version__,
    }
