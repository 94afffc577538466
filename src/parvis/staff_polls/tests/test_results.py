"""What the results say: known tables give known figures, and nothing else is read than releases."""

from __future__ import annotations

from datetime import date

import pytest
from django_scopes import scopes_disabled

from parvis.measures.models import Measure
from parvis.staff_polls.models import Ballot, EligibleAgent, PollGroup
from parvis.staff_polls.operations.releasing import close
from parvis.staff_polls.results import findings
from parvis.staff_polls.results.cards import card_views
from parvis.staff_polls.results.page import PollResults, read_results
from parvis.staff_polls.results.sentences import theme_labels
from parvis.staff_polls.tests.releases import (
    closed_poll,
    every_table,
    group,
    running_poll,
    say,
    show,
)
from parvis.staff_polls.tests.voting import open_poll, put

pytestmark = pytest.mark.django_db


def read(poll) -> PollResults:  # type: ignore[no-untyped-def]
    found = read_results(poll)
    assert found is not None
    return found


def measured(poll, estimate: float, **kwargs) -> None:  # type: ignore[no-untyped-def]
    """What the mystery audit measured on the telephone."""
    values = {
        "source": "mystery_audits",
        "source_reference": f"run:{estimate}",
        "channel": "phone",
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 1, 31),
        "lower_percent": estimate - 3,
        "upper_percent": estimate + 3,
        "answers": 40,
        **kwargs,
    }
    with scopes_disabled():
        Measure.objects.create(
            organisation_id=poll.organisation_id, estimate_percent=estimate, **values
        )


def test_known_tables_give_known_figures() -> None:
    poll = closed_poll()
    show(poll)
    cards = {one.card.key: one for one in read(poll).cards}

    scores = {key: one.score and round(one.score.estimate, 1) for key, one in cards.items()}
    assert scores == {
        "fierte": 90.0,  # 45 of 50: "I do not know" has no place on the scale
        "accueil": 50.0,
        "attente": 15.0,
        "canal": None,
        "outils": None,
        "ordre": None,
        "devinette": 60.0,
    }
    assert [round(option.percent) for option in cards["fierte"].options] == [8, 75, 17]
    assert [round(option.percent) for option in cards["outils"].options] == [75, 50, 17]
    assert [option.label for option in cards["ordre"].options] == [
        "Le guichet",
        "Le téléphone",
        "Le courriel",
    ]
    assert [option.percent for option in cards["ordre"].options] == [75.0, 50.0, 25.0]


def test_nothing_is_uncertain_when_everybody_answered() -> None:
    poll = closed_poll()
    show(poll, eligible=60)
    cards = {one.card.key: one for one in read(poll).cards}

    share = cards["canal"].options[0]
    assert (share.lower, share.upper) == (50.0, 50.0)
    assert cards["accueil"].score is not None
    assert cards["accueil"].score.lower == pytest.approx(cards["accueil"].score.upper)


def test_coarse_table_keeps_its_classes() -> None:
    poll = closed_poll()
    show(
        poll,
        {"fierte": {"release": 1, "answers": 60, "shares": [[[10, -1], [90, 1], [10, -1]]]}},
    )
    (view,) = card_views(read(poll))

    assert view.chart is None
    assert [row.share for row in view.options] == ["au plus 10 %", "au moins 90 %", "au plus 10 %"]
    assert [row.interval for row in view.options] == ["", "", ""]
    score = view.figures.score
    assert score is not None
    # The limits hold whatever the shares are within their classes.
    assert score.lower < 90 < score.estimate < score.upper <= 100


def test_stage_is_the_mean_of_its_cards() -> None:
    poll = closed_poll()
    show(poll)
    found = read(poll)

    assert [(one.code, round(one.score.estimate)) for one in found.stages] == [("access", 90)]
    assert [one.code for one in found.determinants] == ["courtesy", "waiting"]
    assert found.overall is not None
    assert found.overall.score.estimate == pytest.approx((90 + 50 + 15) / 3)


def test_guess_is_laid_beside_the_last_measure_of_the_very_same_thing() -> None:
    poll = closed_poll()
    show(poll)
    measured(poll, 80.0)
    measured(poll, 30.0, period_end=date(2025, 1, 31), period_start=date(2025, 1, 1))
    measured(poll, 10.0, channel="", source_reference="run:all")
    measured(poll, 20.0, source="feedback")
    (guess,) = read(poll).guesses

    assert guess.real is not None
    assert guess.gap is not None
    assert guess.real.figure.estimate == 80.0
    assert guess.gap.estimate == pytest.approx(-20.0)
    assert guess.is_certain
    assert "6,0 sur 10, entre 5,7 et 6,3" in findings.gap_words(guess)
    assert "la réalité est meilleure" in findings.gap_words(guess)


def test_guess_without_measure_says_so() -> None:
    poll = closed_poll()
    show(poll)
    measured(closed_poll(), 80.0)  # of another body
    (guess,) = read(poll).guesses

    assert guess.real is None
    assert "rien ne l’a encore mesuré" in findings.gap_words(guess)


def test_only_changes_beyond_chance_are_established() -> None:
    former = closed_poll()
    before = every_table()
    before["fierte"]["counts"] = [[45, 5, 10]]
    before["accueil"]["counts"] = [[10, 20, 21, 9]]
    show(former, before)
    poll = closed_poll(organisation=former.organisation, follows=former)
    show(poll)
    changes = {one.now.card.key: one for one in read(poll).changes}

    assert set(changes) == {"fierte", "accueil", "attente"}
    assert [key for key, one in changes.items() if one.is_established] == ["fierte"]
    assert changes["fierte"].points.estimate == pytest.approx(80.0)
    assert any(text.startswith("En hausse") for text in findings.certain(read(poll)))


def test_no_change_is_read_before_the_close() -> None:
    former = closed_poll()
    show(former)
    poll = running_poll(organisation=former.organisation, follows=former)
    show(poll, is_final=False)

    assert read(poll).changes == []


def test_hidden_groups_are_all_said_alike() -> None:
    poll = closed_poll()
    shown = {"fierte": {"answers": 20, "shares": [[[15, 0], [75, 0], [10, -1]]]}}
    show(poll, groups=[group(1, shown), group(2, {}), group(3, {}, ballots=0)])
    views = {view.figures.card.key: view for view in card_views(read(poll))}

    rows = [(row.name, row.figure, row.answers) for row in views["fierte"].groups]
    assert rows == [
        ("Service 1", "environ 75 % d’accord", 20),
        ("Service 2", "", None),
        ("Service 3", "", None),
    ]
    assert [row.figure for row in views["canal"].groups] == ["", "", ""]


def test_interim_table_says_which_reveal_made_it() -> None:
    poll = running_poll()
    show(poll, {"fierte": every_table()["fierte"]}, number=1, is_final=False)
    tables = {"fierte": every_table()["fierte"], "canal": every_table(2)["canal"]}
    show(poll, tables, number=2, is_final=False)
    views = {view.figures.card.key: view for view in card_views(read(poll))}

    assert views["fierte"].shown_when == "lors de la première révélation"
    assert views["canal"].shown_when == "lors de la deuxième révélation"
    assert views["canal"].groups == []


def test_rare_theme_does_not_stand_alone() -> None:
    poll = closed_poll()
    show(poll)
    say(poll, "a", "b", "c", theme="Horaires")
    say(poll, "d", theme="Parking")
    say(poll, "e")
    (block,) = read(poll).sentences

    assert [(theme.label, len(theme.comments)) for theme in block.themes] == [
        ("Horaires", 3),
        ("", 2),
    ]


def test_few_texts_have_no_theme() -> None:
    assert theme_labels(["Ouvrir plus tôt"] * 10) == [""] * 10


def test_everything_is_read_from_what_is_shown() -> None:
    """The same results once ballots, roll, groups and keys are gone as before."""
    poll = open_poll(40, 40)
    for number in range(30):
        put(poll, 1 + number % 2, {"fierte": number % 3, "devinette": number % 11})
    close(poll=poll, by=None)
    poll.refresh_from_db()
    before = card_views(read(poll))
    with scopes_disabled():
        PollGroup.objects.filter(poll=poll).delete()
        assert not Ballot.objects.exists()
        assert not EligibleAgent.objects.exists()

    assert before
    assert card_views(read(poll)) == before
