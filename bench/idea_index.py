"""Time the pages of a phase of 30,000 ideas: list, filters, search, map, near-duplicates.

    python -m bench.idea_index [--postgresql postgres://user@host:port/server_database]

10,000 of the ideas are on the map, half of the others wait or are drafts. Pages are asked for
through Django's test client, each time by another visitor: server time, without the network.
A short run: `PARVIS_BENCH_IDEAS=3000`.
"""

from __future__ import annotations

import os
import random
import time
from typing import Any

from bench.databases import analyse, milliseconds, on_both_databases
from bench.page_costs import PageCosts

IDEAS = int(os.environ.get("PARVIS_BENCH_IDEAS", "30000"))
TURNS = int(os.environ.get("PARVIS_BENCH_TURNS", "60"))
THEMES, SECTORS = 8, 12


def measure(label: str) -> None:
    from django.test import Client
    from django.urls import reverse
    from django_scopes import scopes_disabled

    from parvis.consultations.enums import ContributionKind
    from parvis.consultations.near_texts import index_of, near_texts

    drawn = random.Random(7)
    started = time.perf_counter()
    with scopes_disabled():
        phase, texts = _filled(drawn)
        analyse()
    print(f"{label:<11} {IDEAS:,} ideas stored in {time.perf_counter() - started:.0f} s")
    code, position = phase.consultation.code, phase.position
    page = reverse("consultations:phase", args=[code, position])
    shown_map = reverse("consultations:idea_map", args=[code, position])
    points = reverse("consultations:idea_points", args=[code, position])
    pages = {
        "random order": page,
        "random, page 200": f"{page}?page=200",
        "latest": f"{page}?tri=recentes",
        "latest, page 200": f"{page}?tri=recentes&page=200",
        "most supported": f"{page}?tri=soutenues",
        "theme": f"{page}?theme=theme-3",
        "theme and sector": f"{page}?theme=theme-3&secteur=secteur-5&tri=soutenues",
        "retained": f"{page}?etat=retenues",
        "unanswered": f"{page}?etat=sans-reponse",
        "search, common word": f"{page}?q=velo",
        "search, two words": f"{page}?q=ecole+arbres",
        "search and theme": f"{page}?q=parc&theme=theme-1&tri=recentes",
        "with photos": f"{page}?photos=oui",
        "map": shown_map,
        "map, a zone": f"{shown_map}?zone=50.6,3,50.65,3.1",
        "map points": points,
        "one idea": reverse("consultations:idea", args=[code, position, 100]),
    }
    for name, url in pages.items():
        client = Client()

        def ask(client: Any = client, url: str = url) -> None:
            client.cookies.clear()
            assert client.get(url, headers={"Accept-Encoding": "gzip"}).status_code == 200, url

        costs = PageCosts()
        for _turn in range(TURNS):
            costs.add(ask)
        costs.print(label, name)
    size = len(Client().get(points).content)
    packed = len(Client().get(points, headers={"Accept-Encoding": "gzip"}).content)
    print(f"{label:<11} points: {size / 1000:.0f} kB, {packed / 1000:.0f} kB sent")
    with scopes_disabled():
        spent = milliseconds(lambda: index_of(phase, ContributionKind.IDEA))
        print(f"{label:<11} near-duplicates: index made in {spent:.0f} ms")
        asked = [drawn.choice(texts)[:160] for _turn in range(TURNS)]
        costs = PageCosts()
        for text in asked:
            costs.add(lambda text=text: near_texts(phase, ContributionKind.IDEA, text))  # type: ignore[misc]
        costs.print(label, "near-duplicates")
        spent_again = []
        for _turn in range(5):
            _one_more(phase)
            spent_again.append(
                milliseconds(lambda: near_texts(phase, ContributionKind.IDEA, asked[0]))
            )
        print(f"{label:<11} after a new idea: {max(spent_again):.0f} ms at most")


def _filled(drawn: random.Random) -> tuple[Any, list[str]]:
    """A phase and its ideas, made of sentences of the labelled pairs put together."""
    from datetime import timedelta

    from django.utils import timezone

    from parvis.accounts.tests.factories import PersonFactory
    from parvis.consultations.enums import ContributionKind, ContributionState, Verdict
    from parvis.consultations.models import Contribution, OfficialAnswer, Phase
    from parvis.consultations.phase_settings import Choice, IdeasSettings, MapView
    from parvis.consultations.search import search_text
    from parvis.consultations.tests.factories import running_phase
    from parvis.texts.tests.near_pairs import labelled_pairs

    sentences = [text for pair in labelled_pairs() for text in (pair.first, pair.second)]
    phase = running_phase(
        settings=IdeasSettings(
            themes=tuple(Choice(f"theme-{n}", f"Thème {n}") for n in range(THEMES)),
            sectors=tuple(Choice(f"secteur-{n}", f"Secteur {n}") for n in range(SECTORS)),
            map=MapView(50.63, 3.06),
        )
    )
    now, texts, rows = timezone.now(), [], []
    hidden = [ContributionState.WAITING, ContributionState.DRAFT, ContributionState.REFUSED]
    for number in range(1, IDEAS + IDEAS // 10 + 1):
        title = drawn.choice(sentences)[:120]
        text = " ".join(drawn.choices(sentences, k=4))
        public = number <= IDEAS
        placed = number % 3 == 0
        texts.append(title)
        rows.append(
            Contribution(
                organisation=phase.organisation,
                phase=phase,
                kind=ContributionKind.IDEA,
                number=number,
                title=title,
                text=text,
                theme=f"theme-{drawn.randrange(THEMES)}",
                sector=f"secteur-{drawn.randrange(SECTORS)}",
                latitude=50.63 + drawn.gauss(0, 0.04) if placed else None,
                longitude=3.06 + drawn.gauss(0, 0.06) if placed else None,
                state=ContributionState.PUBLISHED if public else drawn.choice(hidden),
                published_at=now - timedelta(minutes=drawn.randrange(60_000)) if public else None,
                support_count=int(drawn.expovariate(0.1)),
                search_text=search_text(title, text),
            )
        )
    made = Contribution.objects.bulk_create(rows, batch_size=1_000)
    Phase.objects.filter(pk=phase.pk).update(last_number=len(rows))
    by = PersonFactory.create()
    OfficialAnswer.objects.bulk_create(
        OfficialAnswer(
            organisation=phase.organisation,
            contribution=idea,
            verdict=Verdict.values[rank % 3],
            reason="Voici pourquoi.",
            by=by,
        )
        for rank, idea in enumerate(made[:IDEAS:10])
    )
    return phase, texts


def _one_more(phase: Any) -> None:
    from parvis.consultations.tests.factories import ContributionFactory

    ContributionFactory.create(phase=phase, title="Un nouveau banc", text="Devant la mairie.")


if __name__ == "__main__":
    on_both_databases((__doc__ or "").splitlines()[0], measure)
