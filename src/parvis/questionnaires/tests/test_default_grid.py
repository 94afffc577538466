"""The default grid against the figures it was designed to: counts, weights, order and limits."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from parvis.questionnaires.enums import Channel, CriterionKind, Determinant, JourneyStage
from parvis.questionnaires.grid_schema import (
    Criterion,
    GridDocument,
    load_grid,
    score_delay,
    score_of,
)

GRID_FILE = Path(__file__).parents[1] / "data" / "default_grid.yaml"

# The families in which Qualiweb scored a mystery e-mail: delay 40, answer 40, courtesy 20.
EMAIL_FAMILIES = {
    "delay": {Determinant.RESPONSIVENESS, Determinant.WAITING},
    "answer": {Determinant.ANSWER_QUALITY, Determinant.TRANSFER, Determinant.COMPLAINTS},
    "courtesy": {Determinant.COURTESY, Determinant.PERSONALISATION},
}


@cache
def default_grid() -> GridDocument:
    return load_grid(GRID_FILE.read_text(encoding="utf-8"))


def share(channel: str, determinants: set[Determinant]) -> float:
    """Percentage of a channel's weight carried by these determinants."""
    criteria = default_grid().of_channel(channel)
    chosen = sum(c.weight for c in criteria if c.determinant in determinants)
    return 100 * chosen / sum(c.weight for c in criteria)


def test_counts_per_channel():
    counts = {channel: len(default_grid().of_channel(channel)) for channel in Channel.values}
    assert counts == {
        "phone": 28,
        "email": 28,
        "website": 34,
        "post": 22,
        "social": 16,
        "visit": 26,
    }
    assert len(default_grid().criteria) == 154


@pytest.mark.parametrize("channel", Channel.values)
def test_every_channel_follows_the_whole_journey(channel):
    assert {c.stage for c in default_grid().of_channel(channel)} == set(JourneyStage.values)


def test_every_determinant_is_measured_on_several_channels():
    channels = defaultdict(set)
    for criterion in default_grid().criteria:
        channels[criterion.determinant].add(criterion.channel)
    assert set(channels) == set(Determinant.values)
    assert min(len(found) for found in channels.values()) >= 5


@pytest.mark.parametrize("channel", Channel.values)
def test_weights_read_as_percentages_of_their_channel(channel):
    assert sum(c.weight for c in default_grid().of_channel(channel)) == 100


@pytest.mark.parametrize(("family", "expected"), [("delay", 40), ("answer", 40), ("courtesy", 20)])
def test_weights_of_email_are_those_of_qualiweb(family, expected):
    assert share("email", EMAIL_FAMILIES[family]) == pytest.approx(expected, abs=2)


@pytest.mark.parametrize("channel", Channel.values)
def test_facts_come_before_judgements(channel):
    graded = [c.kind == CriterionKind.GRADED for c in default_grid().of_channel(channel)]
    assert graded == sorted(graded)
    assert 1 <= sum(graded) <= 3


@pytest.mark.parametrize(
    ("code", "source", "nature", "value", "unit", "working_hours"),
    [
        ("phone.rings", "marianne", "public_commitment", 5, "rings", None),
        ("email.registration_delay", "crpa-l112-8", "law", 1, "working_days", 8),
        (
            "email.week_acknowledgement_delay",
            "services-publics-plus",
            "public_commitment",
            1,
            "weeks",
            40,
        ),
        ("email.case_acknowledgement_delay", "crpa-r112-11-1", "law", 10, "working_days", 80),
        ("email.answer_delay", "marianne", "public_commitment", 5, "working_days", 40),
        (
            "post.acknowledgement_delay",
            "services-publics-plus",
            "public_commitment",
            2,
            "weeks",
            80,
        ),
        ("post.answer_delay", "marianne", "public_commitment", 15, "working_days", 120),
    ],
)
def test_published_limits(code, source, nature, value, unit, working_hours):
    criterion = default_grid().criterion(code)
    assert criterion.source == source
    assert {s.code: s.nature for s in default_grid().sources}[source] == nature
    assert (criterion.limit.value, criterion.limit.unit) == (value, unit)
    assert criterion.limit.working_hours == working_hours


@pytest.mark.parametrize(
    ("code", "limit_hours"),
    [
        ("email.registration_delay", 8),
        ("email.week_acknowledgement_delay", 40),
        ("email.case_acknowledgement_delay", 80),
        ("email.answer_delay", 40),
        ("post.acknowledgement_delay", 80),
        ("post.answer_delay", 120),
    ],
)
def test_full_score_up_to_the_limit_included_and_not_beyond(code, limit_hours):
    criterion = default_grid().criterion(code)
    assert score_delay(criterion, 0) == 100
    assert score_delay(criterion, limit_hours) == 100
    assert score_delay(criterion, limit_hours + 0.01) < 100
    assert score_delay(criterion, None) == 0


@pytest.mark.parametrize(("rings", "score"), [("0", 100), ("4", 100), ("5", 50), ("10", 0)])
def test_fewer_than_five_rings(rings, score):
    assert score_of(default_grid().criterion("phone.rings"), rings) == score


def test_an_answer_can_dispense_with_an_acknowledgement_only_where_the_text_says_so():
    ends = {c.code: c.end_event for c in default_grid().criteria if c.kind == CriterionKind.DELAY}
    assert ends["email.registration_delay"] == "acknowledged"
    assert ends["email.case_acknowledgement_delay"] == "acknowledged_or_answered"
    assert ends["email.answer_delay"] == ends["post.answer_delay"] == "answered"


@pytest.mark.parametrize(
    "code",
    [
        "website.phone_published",
        "website.contact_consistent",
        "website.opening_hours",
        "website.busy_times",
        "website.no_surcharged_number",
        "website.non_digital_alternative",
        "website.accessibility_statement",
        "visit.street_signage",
        "visit.step_free_access",
        "visit.wait_minutes",
        "visit.greeted",
        "visit.agent_identified",
        "visit.counters_visited",
        "visit.confidentiality",
    ],
)
def test_what_the_public_commitments_name_is_measured(code):
    source = default_grid().criterion(code).source
    assert source in {
        "services-publics-plus",
        "rgaa",
        "marianne",
        "law-2005-102",
        "choice" if code == "visit.wait_minutes" else "qualiville",
    }


def test_no_source_is_cited_in_vain():
    used = {criterion.source for criterion in default_grid().criteria}
    assert used == {source.code for source in default_grid().sources}


def test_an_answer_that_never_came_earns_nothing_on_its_content():
    about_the_answer = {Determinant.ANSWER_QUALITY, Determinant.COURTESY}
    for criterion in default_grid().criteria:
        if criterion.channel in ("email", "post") and criterion.determinant in about_the_answer:
            of_the_acknowledgement = ".acknowledgement_" in criterion.code
            assert criterion.scored_zero_if_no_answer is not of_the_acknowledgement, criterion.code


def test_a_contact_without_answer_gets_no_invented_finding():
    for criterion in default_grid().criteria:
        on_a_complaint = (
            criterion.determinant == Determinant.COMPLAINTS and criterion.not_applicable
        )
        if criterion.asked_if or on_a_complaint:
            assert not criterion.scored_zero_if_no_answer, criterion.code


def french_texts(criterion: Criterion) -> list[str]:
    texts = [criterion.label.fr, criterion.help.fr]
    texts += [option.label.fr for option in criterion.options]
    return texts + ([criterion.limit.label.fr] if criterion.limit else [])


def test_french_typography():
    for criterion in default_grid().criteria:
        for text in french_texts(criterion):
            assert "'" not in text, text
            assert "  " not in text, text
            for sign in ":;?!»%":
                assert f" {sign}" not in text, text
            assert "« " not in text, text


def test_labels_are_short_sentences_a_phone_can_show():
    for criterion in default_grid().criteria:
        assert criterion.label.fr[-1] in ".?", criterion.code
        assert len(criterion.label.fr) <= 105, criterion.code
        assert len(criterion.help.fr) <= 150, criterion.code


def test_applicability_by_another_criterion_stays_rare():
    conditional = [c.code for c in default_grid().criteria if c.asked_if]
    assert conditional == [
        "phone.hold_announced",
        "phone.hold_minutes",
        "website.accessibility_statement_complete",
        "website.search_relevant",
    ]
