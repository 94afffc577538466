"""From a latent quality to the observations of one contact: answers, delays, or silence.

Each contact has a latent quality, in logits. A criterion is met when this quality, plus how easy
the criterion is, plus a logistic draw, is above zero; graded criteria, counts and durations cross
several thresholds in the same way. Delays are log-normal and shorten with quality. Everything is
drawn for all contacts of a channel at once; any grid will do, the tables below only refine it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parvis.questionnaires.enums import Channel, CriterionKind, Determinant
from parvis.questionnaires.grid_schema import (
    MAX_COUNT,
    NO,
    NOT_APPLICABLE,
    YES,
    Band,
    Criterion,
)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
# Of shape (contacts,), strings; "" where nothing was entered.
ValueArray = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class ChannelBehaviour:
    """How contacts by one channel vary and are answered.

    `contact_sd` is the spread of the latent quality between contacts of one body, in logits. The
    probability of an answer is logistic(`answer_logit` + `answer_slope` × quality). Delays are in
    working hours at quality 0: `median_hours` × exp(`sigma` × normal − `speed` × quality); what
    comes after `latest_hours` comes after the mystery citizen stopped waiting, and counts as no
    answer. `automatic_share` of the messages are acknowledged at once, `manual_share` within a day
    or two.
    """

    contact_sd: float
    answer_logit: float
    answer_slope: float
    # Added to the ease of every criterion of the channel, in logits.
    ease: float = 0.0
    median_hours: float = 0.0
    sigma: float = 0.0
    speed: float = 0.0
    latest_hours: float = 0.0
    automatic_share: float = 0.0
    manual_share: float = 0.0

    @property
    def awaits_a_reply(self) -> bool:
        return self.median_hours > 0


# Tuned so that a typical body gets the means and shares of docs/demo.md.
BEHAVIOURS: Mapping[str, ChannelBehaviour] = {
    Channel.PHONE: ChannelBehaviour(contact_sd=1.1, answer_logit=3.6, answer_slope=0.8),
    Channel.EMAIL: ChannelBehaviour(
        contact_sd=0.8,
        answer_logit=2.2,
        answer_slope=0.6,
        ease=-0.35,
        median_hours=9.0,
        sigma=1.2,
        speed=0.5,
        latest_hours=120.0,
        automatic_share=0.45,
        manual_share=0.2,
    ),
    Channel.WEBSITE: ChannelBehaviour(
        contact_sd=0.35, answer_logit=5.5, answer_slope=0.5, ease=-0.45
    ),
    Channel.POST: ChannelBehaviour(
        contact_sd=0.7,
        answer_logit=1.65,
        answer_slope=0.6,
        ease=-1.35,
        median_hours=19.0,
        sigma=0.75,
        speed=0.3,
        latest_hours=200.0,
        automatic_share=0.0,
        manual_share=0.2,
    ),
    Channel.SOCIAL: ChannelBehaviour(
        contact_sd=0.8,
        answer_logit=2.2,
        answer_slope=0.6,
        ease=-0.2,
        median_hours=4.0,
        sigma=1.2,
        speed=0.5,
        latest_hours=60.0,
        automatic_share=0.3,
        manual_share=0.1,
    ),
    Channel.VISIT: ChannelBehaviour(contact_sd=1.15, answer_logit=4.5, answer_slope=0.5),
}

# How easy a criterion is, in logits at quality 0, by determinant; by code where it differs.
_EASE_OF_DETERMINANT = {
    Determinant.ACCESSIBILITY: 1.3,
    Determinant.RESPONSIVENESS: 1.0,
    Determinant.COURTESY: 1.3,
    Determinant.PERSONALISATION: 0.2,
    Determinant.WAITING: 0.5,
    Determinant.ANSWER_QUALITY: 0.9,
    Determinant.TRANSFER: 1.2,
    Determinant.COMPLAINTS: -0.4,
}
_EASE = {
    # 93 % of calls answered within five rings (domain.md §3, edition 5).
    "phone.rings": 3.4,
    "phone.attempts": 1.9,
    "phone.menu_levels": 2.2,
    "phone.number_published": 3.0,
    "phone.number_not_surcharged": 3.5,
    "phone.line_held": 3.2,
    "phone.agent_identified": -0.7,
    "phone.organisation_announced": 1.6,
    "phone.greeting": 2.4,
    "phone.farewell": 2.4,
    "email.address_found": 2.5,
    "email.agent_identified": 0.6,
    "email.apology_if_late": -1.0,
    "email.deadline_announced": -0.6,
    "email.acknowledgement_contact": -0.8,
    "post.address_published": 3.5,
    "post.letter_delivered": 4.0,
    "post.signed": 2.6,
    "post.recipient_correct": 2.8,
    "post.sender_contact": 1.8,
    "website.secure": 3.5,
    "website.found_by_search": 3.5,
    "website.phone_published": 3.0,
    "website.address_published": 3.0,
    "website.electronic_contact": 2.5,
    "website.opening_hours": 2.4,
    "website.no_surcharged_number": 3.5,
    "website.busy_times": -2.6,
    "website.exceptional_closures": -0.6,
    "website.accessibility_statement": 0.3,
    "website.accessibility_statement_complete": -0.8,
    "website.accessibility_mention": 0.0,
    "website.keyboard": 0.1,
    "website.small_screen": 2.2,
    "website.processing_time": -0.9,
    "website.online_follow_up": -0.5,
    "website.legal_notice": 2.8,
    "website.personal_data_notice": 1.8,
    "website.quality_results": -2.8,
    "website.complaint_channel": -0.8,
    "social.account_linked": 2.0,
    "social.account_described": 2.2,
    "social.recent_post": 2.5,
    "visit.street_signage": 1.0,
    "visit.hours_displayed": 2.2,
    "visit.open_as_announced": 4.0,
    "visit.accessibility_register": -2.2,
    "visit.agent_identified": -0.6,
    "visit.wait_announced": -1.5,
    "visit.feedback_means": -0.9,
    "visit.confidentiality": 0.3,
    "visit.greeted": 2.0,
}

# Probability that a criterion which allows "not applicable" is so, where nothing observed decides.
_USUALLY_NOT_APPLICABLE = 0.5
_NOT_APPLICABLE_SHARE = {
    "phone.out_of_hours_message": 0.85,
    "phone.callback_kept": 0.92,
    "email.forwarded_if_not_competent": 0.9,
    "post.forwarded_if_not_competent": 0.9,
    "website.online_procedure": 0.1,
    "website.online_follow_up": 0.35,
    "website.appointment": 0.35,
    "website.cookies_refusal": 0.3,
}
# A complaint goes with one contact in ten: its criteria apply together.
_COMPLAINT_SHARE = 0.1
_FORM_SHARE = 0.35
_FORM = frozenset({"email.form_asks_only_needed", "email.form_confirmation"})
# These apply exactly when an acknowledgement came.
_ABOUT_ACKNOWLEDGEMENT = frozenset(
    {
        "email.deadline_announced",
        "email.acknowledgement_dated",
        "email.acknowledgement_contact",
        "post.deadline_announced",
        "post.acknowledgement_service",
        "social.deadline_announced",
    }
)
# Whatever was answered must have arrived.
_TRUE_IF_ANSWERED = frozenset(
    {
        "phone.answered",
        "email.sent_without_error",
        "post.letter_delivered",
        "social.message_possible",
        "visit.open_as_announced",
    }
)
# A waiting room matters when one waits, in minutes.
_ABOUT_WAITING = frozenset({"visit.wait_announced", "visit.seats_available", "visit.queue_order"})
_WAITING_MINUTES = 5
_LATE_EMAIL_HOURS = 40.0
# Least possible count: one hears one ring, makes one call, sees one counter.
_LEAST = {
    "phone.rings": 1,
    "phone.attempts": 1,
    "visit.counters_visited": 1,
    "website.clicks_to_contact": 1,
    "website.clicks_to_procedure": 1,
}
# Thresholds a latent draw crosses, from the lowest answer to the highest, in logits.
_GRADED_SPREAD = (-2.4, 0.6)
_BANDED_SPREAD = (-2.0, -0.2)
# What lies beyond the last band is drawn up to so many units beyond it.
_BEYOND = 3
_AS_TEXT = np.array([str(number) for number in range(MAX_COUNT + 1)], dtype=object)


@dataclass(frozen=True, slots=True)
class Observations:
    """What the mystery citizens of `n` contacts by one channel observed.

    `values[code]` has shape (n,); hours are working hours since the sending, NaN where nothing
    came; `score_percent` is the score of each contact, by the rules of domain.md §4.
    """

    values: Mapping[str, ValueArray]
    no_answer: BoolArray
    acknowledged_hours: FloatArray
    answered_hours: FloatArray
    score_percent: FloatArray


def observe(
    criteria: Sequence[Criterion],
    behaviour: ChannelBehaviour,
    quality: FloatArray,
    rng: np.random.Generator,
) -> Observations:
    """Draw the observations of contacts of latent `quality`, shape (n,), contact noise included."""
    return _Draw(criteria, behaviour, quality, rng).run()


class _Draw:
    def __init__(
        self,
        criteria: Sequence[Criterion],
        behaviour: ChannelBehaviour,
        quality: FloatArray,
        rng: np.random.Generator,
    ) -> None:
        self.criteria = criteria
        self.behaviour = behaviour
        self.quality = quality
        self.n = quality.size
        self.rng = rng
        self.values: dict[str, ValueArray] = {}
        self.numbers: dict[str, NDArray[np.int64]] = {}
        self.points = np.zeros(self.n)
        self.weight = np.zeros(self.n)

    def run(self) -> Observations:
        self._draw_events()
        self.has_complaint = self.rng.random(self.n) < _COMPLAINT_SHARE
        self.by_form = self.rng.random(self.n) < _FORM_SHARE
        for criterion in self.criteria:
            if criterion.is_entered:
                self._enter(criterion)
            else:
                self._count(criterion, self._delay_score(criterion), np.ones(self.n, dtype=bool))
        score = np.divide(
            self.points, self.weight, out=np.full(self.n, np.nan), where=self.weight > 0
        )
        return Observations(self.values, self.no_answer, self.acknowledged, self.answered, score)

    def _draw_events(self) -> None:
        behaviour, rng = self.behaviour, self.rng
        chance = _logistic(behaviour.answer_logit + behaviour.answer_slope * self.quality)
        self.no_answer = rng.random(self.n) >= chance
        self.acknowledged = np.full(self.n, np.nan)
        self.answered = np.full(self.n, np.nan)
        if not behaviour.awaits_a_reply:
            return
        noise = behaviour.sigma * rng.standard_normal(self.n) - behaviour.speed * self.quality
        # Whole minutes, as they are entered; an answer is never instantaneous.
        hours = np.maximum(_to_the_minute(behaviour.median_hours * np.exp(noise)), 0.25)
        self.no_answer |= hours > behaviour.latest_hours
        self.answered = np.where(self.no_answer, np.nan, hours)
        kind, delay = rng.random(self.n), _to_the_minute(rng.exponential(9.0, self.n)) + 0.5
        automatic = kind < behaviour.automatic_share
        manual = ~automatic & (kind < behaviour.automatic_share + behaviour.manual_share)
        self.acknowledged[automatic] = 0.0
        self.acknowledged[manual] = delay[manual]
        # Nobody acknowledges what is already answered.
        self.acknowledged[self.acknowledged > self.answered] = np.nan

    def _enter(self, criterion: Criterion) -> None:
        """Draw an entered criterion: values where it is asked, scores where it counts."""
        zero = self.no_answer & criterion.scored_zero_if_no_answer
        asked = ~zero
        if criterion.asked_if is not None:
            asked &= self.values[criterion.asked_if.criterion] == criterion.asked_if.equals
        values, scores = self._latent(criterion)
        if criterion.code in _TRUE_IF_ANSWERED:
            values = np.where(self.no_answer, values, YES)
            scores = np.where(self.no_answer, scores, 100.0)
        if criterion.not_applicable:
            left_out = self._not_applicable(criterion)
            values = np.where(left_out, NOT_APPLICABLE, values)
            scores = np.where(left_out, np.nan, scores)
        self.values[criterion.code] = np.where(asked, values, "")
        self._count(criterion, np.where(zero, 0.0, scores), asked | zero)

    def _latent(self, criterion: Criterion) -> tuple[ValueArray, FloatArray]:
        ease = _EASE.get(criterion.code, _EASE_OF_DETERMINANT[Determinant(criterion.determinant)])
        latent = self.quality + self.behaviour.ease + ease + self.rng.logistic(size=self.n)
        if criterion.kind == CriterionKind.YES_NO:
            met = latent > 0
            return np.where(met, YES, NO).astype(object), np.where(met, 100.0, 0.0)
        if criterion.kind == CriterionKind.GRADED:
            options = sorted(criterion.options, key=lambda option: option.score)
            level = _level(latent, len(options), _GRADED_SPREAD)
            codes = np.array([option.code for option in options], dtype=object)
            return codes[level], np.array([option.score for option in options])[level]
        order = sorted(range(len(criterion.bands)), key=lambda i: criterion.bands[i].score)
        position = np.array(order)[_level(latent, len(order), _BANDED_SPREAD)]
        lows, highs = _band_limits(criterion)
        numbers = self.rng.integers(lows[position], highs[position], endpoint=True)
        scores = np.array([band.score for band in criterion.bands])[position]
        self.numbers[criterion.code] = numbers
        return _AS_TEXT[numbers], scores

    def _not_applicable(self, criterion: Criterion) -> BoolArray:
        code = criterion.code
        if code in _ABOUT_ACKNOWLEDGEMENT:
            return np.isnan(self.acknowledged)
        if code in _FORM:
            return ~self.by_form
        if criterion.determinant == Determinant.COMPLAINTS:
            return ~self.has_complaint | self.no_answer
        if code in _ABOUT_WAITING:
            return self.numbers["visit.wait_minutes"] <= _WAITING_MINUTES
        if code == "phone.menu_person_option":
            return self.numbers["phone.menu_levels"] == 0
        if code == "phone.transfer_without_repeating":
            return self.numbers["phone.transfers"] == 0
        if code == "email.apology_if_late":
            return ~(self.answered > _LATE_EMAIL_HOURS)
        share = _NOT_APPLICABLE_SHARE.get(code, _USUALLY_NOT_APPLICABLE)
        left_out: BoolArray = (self.rng.random(self.n) < share) | (
            self.no_answer & (not criterion.scored_zero_if_no_answer)
        )
        return left_out

    def _delay_score(self, criterion: Criterion) -> FloatArray:
        if criterion.end_event == "acknowledged":
            hours = self.acknowledged
        elif criterion.end_event == "answered":
            hours = self.answered
        else:
            hours = np.fmin(self.acknowledged, self.answered)
        missing = np.nan if criterion.missing_score is None else criterion.missing_score
        scores = np.where(np.isnan(hours), missing, _band_score(criterion.bands, hours))
        if criterion.scored_zero_if_no_answer:
            scores = np.where(self.no_answer, 0.0, scores)
        return scores

    def _count(self, criterion: Criterion, scores: FloatArray, asked: BoolArray) -> None:
        counts = asked & ~np.isnan(scores)
        self.points += np.where(counts, criterion.weight * np.nan_to_num(scores), 0.0)
        self.weight += np.where(counts, criterion.weight, 0.0)


def _logistic(values: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-values))


def _to_the_minute(hours: FloatArray) -> FloatArray:
    return np.round(hours * 60.0) / 60.0


def _level(latent: FloatArray, levels: int, spread: tuple[float, float]) -> NDArray[np.int64]:
    """How many of the evenly spaced thresholds a latent draw crosses."""
    thresholds = np.linspace(*spread, levels - 1)
    return np.searchsorted(thresholds, latent).astype(np.int64)


def _band_limits(criterion: Criterion) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Least and greatest whole number of each band, in the order of the grid."""
    lows, highs = [], []
    low = _LEAST.get(criterion.code, 0)
    for band in criterion.bands:
        high = low + _BEYOND if band.up_to is None else int(band.up_to)
        lows.append(low)
        highs.append(max(low, high))
        low = highs[-1] + 1
    return np.array(lows), np.array(highs)


def _band_score(bands: Sequence[Band], hours: FloatArray) -> FloatArray:
    limits = np.array([np.inf if band.up_to is None else band.up_to for band in bands])
    scores = np.array([band.score for band in bands])
    return scores[np.searchsorted(limits, np.nan_to_num(hours), side="left")]
