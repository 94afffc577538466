"""Is this process able to serve? What a load balancer and a monitor ask."""

from __future__ import annotations

import logging

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import parvis
from parvis.foundation.access import public

logger = logging.getLogger(__name__)


@public
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 otherwise; nothing about what it holds."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except Error:
        logger.exception("database does not answer")
        return JsonResponse({"etat": "panne", "base": "panne"}, status=503)
    return JsonResponse({"etat": "ok", "base": "ok", "version": parvis.__version__})
