"""How django-allauth sends mail and forbids what would weaken sign-in here."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.utils.translation import get_language

from parvis.foundation.mail import queue_message


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the message in the durable outbox instead of sending it during the request."""
        request = allauth_context.request
        message = self.render_mail(
            template_prefix,
            email,
            {
                "request": request,
                "email": email,
                "current_site": get_current_site(request),
                "operator_name": settings.OPERATOR_NAME,
                "operator_email": settings.OPERATOR_EMAIL,
            }
            | context,
        )
        queue_message(
            to=email,
            subject=str(message.subject),
            body=str(message.body),
            language=get_language() or "fr",
            # allauth decides when a message is due; each of its decisions is a message of its own.
            key=f"account:{uuid.uuid4()}",
        )

    def is_safe_url(self, url: str) -> bool:
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # no address at all, such as "http://[::1"
            return False


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return "Parvis"
