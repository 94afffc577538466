"""Addresses of the pages of this room, and somebody new who asks for them."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in


def page(name: str, *args: Any, **query: Any) -> str:
    address = reverse(f"editions:{name}", args=args)
    return f"{address}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else address


def signed_in_newcomer() -> tuple[Client, Any]:
    person = PersonFactory()
    return sign_in(Client(), person), person
