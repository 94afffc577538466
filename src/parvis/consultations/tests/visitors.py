"""Visitors of a public consultation: their browser, what they are shown, what they send."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from parvis.consultations.entrance import cookie_name
from parvis.consultations.models import Consultation, Phase
from parvis.foundation.models import OutgoingMail


def address(phase: Phase, name: str = "phase", *more: object) -> str:
    """The address of a public page of a phase."""
    return reverse(f"consultations:{name}", args=[phase.consultation.code, phase.position, *more])


class Visitor:
    """A browser on the pages of one consultation."""

    def __init__(self, consultation: Consultation, secret: str = "") -> None:
        self.client = Client()
        self.consultation = consultation
        if secret:
            self.client.cookies[cookie_name(consultation)] = secret

    def address(self, name: str, *args: Any) -> str:
        return reverse(f"consultations:{name}", args=[self.consultation.code, *args])

    def get(self, name: str, *args: Any, **query: Any) -> HttpResponse:
        return self.client.get(self.address(name, *args), query)  # type: ignore[return-value]

    def post(self, name: str, *args: Any, **fields: Any) -> HttpResponse:
        return self.client.post(self.address(name, *args), fields)  # type: ignore[return-value]

    def shown(self, name: str, prefix: str) -> dict[str, str]:
        """What the page's form says of when it was shown."""
        text = self.get(name).content.decode()
        found = re.search(rf'name="{prefix}-shown" value="([^"]+)"', text)
        assert found, text
        return {f"{prefix}-shown": found[1]}

    def ask_link(self, address: str, **more: str) -> HttpResponse:
        shown = self.shown("enter", "courriel")
        return self.post("enter_by_mail", **shown, **{"courriel-email": address}, **more)

    def is_in(self) -> bool:
        return b"Cet appareil participe d" in self.get("enter").content


def links_sent(consultation: Consultation) -> list[str]:
    """Path and query of each link mailed so far, in order."""
    mails = OutgoingMail.objects.filter(key__startswith="consultation ").order_by("pk")
    found = [re.search(r"https?://[^/\s]+(/participer/\S+)", mail.body) for mail in mails]
    return [link[1] for link in found if link]
