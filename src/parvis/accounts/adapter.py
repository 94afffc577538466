"""How django-allauth sends mail and forbids what would weaken sign-in here."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.utils.translation import get_language

from parvis.foundation.addresses import absolute
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
            | {
                name: _on_public_address(value, request) if name.endswith("_url") else value
                for name, value in context.items()
            },
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


def _on_public_address(url: str, request: HttpRequest | None) -> str:
    """A link that the library made from the request's own address, on the installation's."""
    parts = urlsplit(url)
    return absolute(urlunsplit(("", "", *parts[2:])), request)


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return "Parvis"
