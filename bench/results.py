"""Time a scoring run, the pages of results and one PDF, on SQLite and PostgreSQL.

    python -m bench.results [--postgresql postgres://user@host:port/server_database]

The run is that of an edition of 321 participants and two waves, with the numbers of contacts of
domain.md §3. Pages are those of an edition of 1,000 participants, asked for in turn by participants
and operator through Django's test client: server time, without the network. The databases are
created for the purpose and removed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.databases import analyse, milliseconds, on_both_databases, report

PARTICIPANTS, MANY_PARTICIPANTS = 321, 1000
PAGE_TURNS = 60


def build(participants: int, contacts: dict[str, int], *, waves: int) -> Any:
    """The edition that is measured: rows in bulk, scored and published by nobody yet."""
    from parvis.questionnaires.enums import Channel
    from parvis.results.tests.factories import small_barometer

    return small_barometer(
        organisations=participants,
        waves=waves,
        contacts={Channel(code): count for code, count in contacts.items()},
        populations=(1_500, 6_000, 6_000, 15_000, 15_000, 35_000, 70_000, 150_000),
    )


def measure(label: str) -> None:
    from django_scopes import scopes_disabled

    with scopes_disabled():
        measure_run(label)
        measure_pages(label)


def measure_run(label: str) -> None:
    from parvis.results.operations import launch_run, publish, verify_run

    per_wave = {"phone": 8, "email": 6, "website": 1, "post": 3, "social": 2}
    barometer = build(PARTICIPANTS, per_wave, waves=2)
    runs: list[Any] = []
    scope: Any
    for name, scope in (("wave", barometer.waves[0]), ("edition", None)):
        spent = milliseconds(
            lambda scope=scope: runs.append(  # type: ignore[misc]
                launch_run(edition=barometer.edition, wave=scope, by=None)
            )
        )
        print(
            f"{label:<11} run of {PARTICIPANTS} participants, {name:<8} {spent / 1000:5.2f} s   "
            f"({runs[-1].contact_count:,} contacts, input "
            f"{len(runs[-1].input_document) / 1e6:.1f} MB packed)"
        )
    published = milliseconds(lambda: publish(run=runs[1], by=None))
    verified = milliseconds(lambda: verify_run(runs[1]))
    print(f"{label:<11} publish the edition {published / 1000:5.2f} s")
    print(f"{label:<11} verify the edition  {verified / 1000:5.2f} s")


def measure_pages(label: str) -> None:
    from django.test import Client
    from django.urls import reverse

    from parvis.accounts.tests.factories import PersonFactory, sign_in

    barometer = build(MANY_PARTICIPANTS, {"phone": 4, "email": 3, "website": 1, "post": 2}, waves=1)
    publication = barometer.publish()
    analyse()
    slug, run = barometer.edition.slug, publication.run
    operator = sign_in(Client(), PersonFactory(operator=True))
    step = len(barometer.coordinators) // PAGE_TURNS
    readers = [sign_in(Client(), person) for person in barometer.coordinators[::step][:PAGE_TURNS]]
    bodies = barometer.organisations[::step][:PAGE_TURNS]
    first_contacts = [body.contacts.first().pk for body in bodies]

    def participant(name: str) -> Iterator[float]:
        for client, contact in zip(readers, first_contacts, strict=True):
            arguments = [publication.pk, *([contact] if name == "contact" else [])]
            arguments = [] if name == "mine" else arguments
            yield milliseconds(lambda: get(client, reverse(f"results:{name}", args=arguments)))  # noqa: B023

    def operated(name: str, *arguments: object) -> Iterator[float]:
        url = reverse(f"results:{name}", args=arguments)
        for _turn in range(PAGE_TURNS):
            yield milliseconds(lambda: get(operator, url))

    def get(client: Client, url: str) -> None:
        response = client.get(url)
        if response.status_code != 200:
            raise SystemExit(f"{url}: {response.status_code}")
        response.close()

    pages = [
        *((name, participant(name)) for name in ("mine", "sheet", "journey", "criteria")),
        ("contact", participant("contact")),
        ("runs", operated("runs", slug)),
        ("run", operated("run", slug, run.number)),
        ("sheets", operated("sheets", slug, run.number)),
        ("full_sheet", operated("full_sheet", slug, run.number, bodies[0].pk)),
        ("report PDF", participant("report")),
    ]
    for name, times in pages:
        get(operator, reverse("results:runs", args=[slug]))
        report(label, name, list(times))


if __name__ == "__main__":
    on_both_databases(__doc__.splitlines()[0], measure)
