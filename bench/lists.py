"""Time the lists of the workspace with 1,000 organisations, on SQLite and PostgreSQL.

    python -m bench.lists [--postgresql postgres://user@host:port/server_database]

Pages are asked for through Django's test client: server time, without the network. Each list is
asked for as people do: first page, another page, a filter, a sort.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bench.databases import analyse, milliseconds, on_both_databases, report

PARTICIPANTS = 1000
# No divisor in common with the shares below: each member has contacts in every state.
PANEL = 199
PAGE_TURNS = 60


def measure(label: str) -> None:
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from parvis.accounts.tests.factories import PersonFactory, sign_in
    from parvis.editions.enums import WaveState
    from parvis.mystery_audits.enums import ContactState
    from parvis.mystery_audits.models import Contact
    from parvis.mystery_audits.tests.factories import MysteryCitizenFactory
    from parvis.organisations.enums import MandateState
    from parvis.organisations.models import Mandate
    from parvis.organisations.operations import load_directory
    from parvis.questionnaires.enums import Channel
    from parvis.results.tests.factories import small_barometer

    with scopes_disabled():
        load_directory(by=None)
        per_wave = {"phone": 8, "email": 6, "website": 1, "post": 3, "social": 2}
        barometer = small_barometer(
            organisations=PARTICIPANTS,
            contacts={Channel(code): count for code, count in per_wave.items()},
        )
        # Fieldwork in full swing: an open wave, a twentieth to review, a fifth still to make.
        wave = barometer.waves[0]
        wave.state, wave.closed_at = WaveState.OPEN, None
        wave.ends_on = timezone.now().date() + timedelta(days=30)
        wave.save()
        numbers = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
        Contact.objects.filter(pk__in=numbers[::20]).update(
            state=ContactState.SUBMITTED, validated_at=None
        )
        Contact.objects.filter(pk__in=numbers[1::4]).update(
            state=ContactState.ASSIGNED, validated_at=None, submitted_at=None
        )
        waiting = Mandate.objects.order_by("pk").values_list("pk", flat=True)[:200]
        Mandate.objects.filter(pk__in=list(waiting)).update(
            state=MandateState.REQUESTED, decided_at=None
        )
        analyse()
        slug = barometer.edition.slug
        panel = [MysteryCitizenFactory() for _member in range(PANEL)]
        for rank, member in enumerate(panel):
            Contact.objects.filter(pk__in=numbers[rank::PANEL]).update(mystery_citizen=member)
        tester = panel[0].person
        operator = sign_in(Client(), PersonFactory(operator=True))
        reviewer = sign_in(Client(), PersonFactory(reviewer=True))
        citizen = sign_in(Client(), tester)
        coordinator = sign_in(Client(), barometer.coordinators[-1])
        visitor = Client()
        contacts = reverse("mystery_audits:wave", args=[wave.pk])
        registrations = reverse("editions:registrations", args=[slug])
        queue = reverse("mystery_audits:review_queue")
        assigned = Contact.objects.filter(
            state=ContactState.ASSIGNED, mystery_citizen=panel[0]
        ).values_list("pk", flat=True)
        form = reverse("mystery_audits:contact_form", args=[assigned[0]])

    lists: list[tuple[str, Client, Sequence[str]]] = [
        ("editions", operator, [reverse("editions:board_list")]),
        ("board", operator, [reverse("editions:board", args=[slug])]),
        ("registrations", operator, [registrations, f"{registrations}?page=12"]),
        ("mandates", operator, [reverse("organisations:mandates")]),
        ("contacts of the wave", operator, [contacts, f"{contacts}?page=200"]),
        ("panel", operator, [reverse("mystery_audits:panel")]),
        ("review queue", reviewer, [queue, f"{queue}?page=8"]),
        ("my contacts", citizen, [reverse("mystery_audits:my_contacts")]),
        ("contact form", citizen, [form]),
        ("my registrations", coordinator, [reverse("editions:my_registrations")]),
        ("directory search", visitor, [f"{reverse('organisations:search')}?q=st+etienne"]),
        ("grid", visitor, [reverse("questionnaires:grid", args=[barometer.edition.grid_id])]),
        ("public edition", visitor, [reverse("editions:public_detail", args=[slug])]),
    ]
    for name, client, urls in lists:
        spent = []
        for turn in range(PAGE_TURNS):
            url = urls[turn % len(urls)]
            spent.append(milliseconds(lambda: get(client, url)))  # noqa: B023
        report(label, name, spent)


def get(client: object, url: str) -> None:
    response = client.get(url)  # type: ignore[attr-defined]
    if response.status_code != 200:
        raise SystemExit(f"{url}: {response.status_code}")
    response.close()


if __name__ == "__main__":
    on_both_databases(__doc__.splitlines()[0], measure)
