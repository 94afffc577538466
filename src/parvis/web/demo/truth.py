"""The known truth of a demonstration: what each channel of each body is worth before any contact.

The truth is on the scale of scores, 0 to 100: the mean a channel of a body would get over endlessly
many contacts. It is drawn from the parameters below, calibrated on the published editions
(domain.md §3), then turned into the latent quality that gives it by inverting the response of the
answer model, so that intervals of a run can be checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from parvis.organisations.enums import Stratum
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grid_schema import GridDocument
from parvis.web.demo.answers import BEHAVIOURS, observe

FloatArray = NDArray[np.float64]

CHANNELS: Sequence[Channel] = tuple(Channel)
WAVES = 2

# Mean of each channel over participants. Edition 2: phone 86.6, visits 71.3, e-mail 66.4, post
# 55.9; edition 6: phone 76, social networks 72. The web site is a choice: the middle of the others.
CHANNEL_MEANS: Mapping[Channel, float] = {
    Channel.PHONE: 77.0,
    Channel.EMAIL: 65.0,
    Channel.WEBSITE: 65.0,
    Channel.POST: 56.0,
    Channel.SOCIAL: 71.0,
    Channel.VISIT: 71.0,
}
# Points above or below, by stratum. Edition 6: towns of 2,000 to 9,999 inhabitants 72 and
# départements 66, for 66 in all; the others are choices.
STRATUM_EFFECTS: Mapping[Stratum, float] = {
    Stratum.COMMUNE_UNDER_2000: 1.0,
    Stratum.COMMUNE_2000: 5.0,
    Stratum.COMMUNE_10000: 2.5,
    Stratum.COMMUNE_20000: 1.0,
    Stratum.COMMUNE_50000: -1.0,
    Stratum.COMMUNE_100000: -1.5,
    Stratum.EPCI_CC: 1.0,
    Stratum.EPCI_CA: -1.0,
    Stratum.EPCI_CU_METRO: -1.5,
    Stratum.DEPARTEMENT: -1.0,
    Stratum.REGION: -2.0,
    Stratum.CCAS: 0.5,
    Stratum.HOSPITAL: -6.0,
    Stratum.SOCIAL_LANDLORD: -3.0,
    Stratum.FUND: -3.5,
    Stratum.STATE_SERVICE: -6.0,
}
# Spread of the bodies' own quality, in points, with a longer tail below: published overall scores
# went from 24 to 86 around a mean of 66, which no symmetrical law gives.
BODY_SD = 8.0
TAIL_SHAPE = 2.5
# Spread of a channel around its body, and of the change between waves, in points: choices.
CHANNEL_SD = 6.0
CHANGE_MEAN = 0.8
CHANGE_SD = 2.5
LOWEST, HIGHEST = 12.0, 93.0

# The response of the answer model is measured at these latent qualities, on so many contacts.
_QUALITIES = np.linspace(-4.5, 6.0, 15)
_CONTACTS_PER_QUALITY = 8_000


@dataclass(frozen=True, slots=True)
class Truth:
    """`score_percent` and the latent `quality` that gives it: shape (bodies, waves, channels)."""

    score_percent: FloatArray
    quality: FloatArray


def draw_truth(rng: np.random.Generator, strata: Sequence[Stratum], grid: GridDocument) -> Truth:
    """Draw the truth of bodies of these strata, in their order."""
    # SciPy takes a second to import, which starting a demonstration already built must not pay.
    from scipy.interpolate import PchipInterpolator

    n = len(strata)
    tail = (TAIL_SHAPE - rng.gamma(TAIL_SHAPE, size=n)) / np.sqrt(TAIL_SHAPE)
    body = BODY_SD * tail + np.array([STRATUM_EFFECTS[stratum] for stratum in strata])
    channel = CHANNEL_SD * rng.standard_normal((n, len(CHANNELS)))
    change = rng.normal(CHANGE_MEAN, CHANGE_SD, n)
    half = np.array([-0.5, 0.5])
    means = np.array([CHANNEL_MEANS[name] for name in CHANNELS])
    score = (
        means
        + body[:, np.newaxis, np.newaxis]
        + channel[:, np.newaxis, :]
        + (change[:, np.newaxis] * half)[:, :, np.newaxis]
    )
    score = np.clip(score, LOWEST, HIGHEST)
    quality = np.empty_like(score)
    for index, name in enumerate(CHANNELS):
        latent, response = response_curve(name, grid)
        # What the grid cannot give is not the truth: the curve's ends bound it.
        score[:, :, index] = np.clip(score[:, :, index], response[0], response[-1])
        quality[:, :, index] = PchipInterpolator(response, latent)(score[:, :, index])
    return Truth(score, quality)


@cache
def response_curve(channel: Channel, grid: GridDocument) -> tuple[FloatArray, FloatArray]:
    """Mean score of contacts by latent quality of their body: (qualities, increasing scores).

    The noise of contacts is put at the quantiles of its law rather than drawn, and each quality
    meets the same draws: the curve is smooth, and known within a fraction of a point.
    """
    from scipy.special import ndtri

    behaviour = BEHAVIOURS[channel]
    criteria = grid.of_channel(channel)
    middle = (np.arange(_CONTACTS_PER_QUALITY) + 0.5) / _CONTACTS_PER_QUALITY
    noise = behaviour.contact_sd * ndtri(middle)
    means = []
    for quality in _QUALITIES:
        rng = np.random.default_rng([7, CHANNELS.index(channel)])
        observed = observe(criteria, behaviour, quality + rng.permutation(noise), rng)
        means.append(float(np.nanmean(observed.score_percent)))
    increasing = np.maximum.accumulate(np.array(means)) + 1e-9 * np.arange(len(means))
    return _QUALITIES, increasing


def noisy(rng: np.random.Generator, quality: FloatArray, channel: Channel) -> FloatArray:
    """Latent qualities of contacts, given those of their bodies, one for each."""
    return quality + BEHAVIOURS[channel].contact_sd * rng.standard_normal(quality.size)
