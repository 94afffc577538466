"""Runs: numbered, frozen, the same from the same input, refused in words."""

from __future__ import annotations

import random

import pytest
from django.core.management import CommandError, call_command

from parvis.editions.enums import WaveState
from parvis.foundation.errors import Conflict, Refusal
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Answer, Contact, Evidence
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grid_schema import NO, YES
from parvis.results import canonical
from parvis.results.inputs import build_input
from parvis.results.models import ContactScore, Run, ScoreSheet
from parvis.results.operations import launch_run, result_of, verify_run
from parvis.results.scoring import score
from parvis.results.tests.factories import small_barometer, without_channel

pytestmark = pytest.mark.django_db


def test_run_is_numbered_stored_and_computed_again_to_the_byte() -> None:
    barometer = small_barometer(organisations=7)
    run = barometer.run()
    assert (run.number, run.organisation_count, run.contact_count) == (1, 7, 56)
    assert verify_run(run).holds
    assert ScoreSheet.objects.filter(run=run).count() == 7
    assert ContactScore.objects.filter(run=run).count() == 56
    stored = canonical.read(canonical.unpack(run.input_document))
    assert stored["grid"]["sha256"] == barometer.edition.grid.sha256
    hashes = {digest for contact in stored["contacts"] for digest in contact["evidence"]}
    assert hashes == set(Evidence.objects.values_list("sha256", flat=True))


def test_same_data_is_the_same_run_and_a_change_is_the_next() -> None:
    barometer = small_barometer(organisations=3)
    first = barometer.run()
    assert barometer.run().pk == first.pk
    answer = Answer.objects.filter(criterion="phone.greeting").first()
    Answer.objects.filter(pk=answer.pk).update(value=NO if answer.value == YES else YES)
    second = barometer.run()
    assert second.number == 2
    assert second.input_sha256 != first.input_sha256


def test_order_of_rows_does_not_reach_the_bytes() -> None:
    barometer = small_barometer(organisations=6, waves=2)
    document = build_input(edition=barometer.edition, wave=None)
    expected = canonical.canonical_bytes(score(document))
    shuffled = canonical.read(canonical.canonical_bytes(document))
    random.Random(3).shuffle(shuffled["contacts"])
    random.Random(4).shuffle(shuffled["organisations"])
    assert canonical.canonical_bytes(score(shuffled)) == expected


def test_tampered_run_is_found_out() -> None:
    run = small_barometer(organisations=3).run()
    result = result_of(run)
    result["organisations"][0]["overall"]["estimate"] = 99.0
    run.result_document = canonical.pack(canonical.canonical_bytes(result))
    found = verify_run(run)
    assert found.input_intact
    assert not found.result_intact
    assert not found.same_result


@pytest.mark.parametrize("what", ["sheet", "column", "contact", "overview", "removed"])
def test_tampered_row_is_found_out(what: str) -> None:
    """What a participant reads comes from rows beside the documents: they are verified too."""
    barometer = small_barometer(organisations=3)
    run = barometer.run()
    row = ScoreSheet.objects.filter(run=run).order_by("pk").last()
    contact = ContactScore.objects.filter(run=run).order_by("pk").last()
    if what == "sheet":
        row.sheet["channels"]["phone"]["estimate"] = 99.0
        row.save()
    elif what == "column":
        ScoreSheet.objects.filter(pk=row.pk).update(upper_percent=100.0)
    elif what == "contact":
        ContactScore.objects.filter(pk=contact.pk).update(score_percent=None)
    elif what == "overview":
        run.overview["groups"]["all"]["participants"] = 4
        run.save()
    else:
        row.delete()
    found = verify_run(run)
    assert found.same_result
    assert not found.rows_intact
    assert not found.holds
    with pytest.raises(CommandError, match="lignes que lisent les pages"):
        call_command("verify_run", barometer.edition.slug, run.number)


def test_open_wave_is_refused() -> None:
    barometer = small_barometer(organisations=2, waves=2)
    second = barometer.waves[1]
    second.state, second.closed_at = WaveState.OPEN, None
    second.save()
    with pytest.raises(Conflict, match="vague 2 n’est pas close"):
        barometer.run(second)
    with pytest.raises(Conflict, match="toutes les vagues"):
        launch_run(edition=barometer.edition, wave=None, by=None)
    assert barometer.run(barometer.waves[0]).number == 1


def test_nothing_validated_is_refused() -> None:
    barometer = small_barometer(organisations=2)
    Contact.objects.update(state=ContactState.CANCELLED)
    with pytest.raises(Refusal, match="rien à calculer"):
        barometer.run()
    assert not Run.objects.exists()


def test_stored_answer_that_cannot_be_scored_is_named() -> None:
    barometer = small_barometer(organisations=2)
    answer = Answer.objects.filter(criterion="phone.greeting").first()
    Answer.objects.filter(pk=answer.pk).update(value="peut-être")
    with pytest.raises(Refusal, match=f"n° {answer.contact_id}.*phone.greeting"):
        barometer.run()
    assert not Run.objects.exists()


def test_cancelled_contact_and_withdrawn_body_do_not_count() -> None:
    barometer = small_barometer(organisations=4)
    cancelled = barometer.organisations[0].contacts.first()
    Contact.objects.filter(pk=cancelled.pk).update(state=ContactState.CANCELLED)
    gone = barometer.organisations[1]
    registration = gone.registrations.get()
    registration.state = "withdrawn"
    registration.withdrawn_at = registration.submitted_at
    registration.withdrawal_reason = "Changement de calendrier"
    registration.save()
    run = barometer.run()
    assert run.contact_count == 3 * 8 - 1
    assert not ScoreSheet.objects.filter(run=run, organisation=gone).exists()
    assert not ContactScore.objects.filter(run=run, contact=cancelled).exists()


def test_channel_without_valid_contact_is_a_state_not_an_error() -> None:
    barometer = small_barometer(organisations=3)
    body = barometer.organisations[0]
    Contact.objects.filter(organisation=body, channel=Channel.POST).update(
        state=ContactState.CANCELLED
    )
    run = barometer.run()
    sheet = ScoreSheet.objects.get(run=run, organisation=body).sheet
    assert sheet["channels"]["post"]["estimate"] is None
    # 85 % of the mandatory weight remains.
    assert sheet["overall"]["estimate"] is not None
    assert sheet["overall"]["coverage_percent"] == 85.0


def test_overall_needs_the_minimum_coverage() -> None:
    barometer = small_barometer(organisations=3)
    body = barometer.organisations[0]
    # Phone and e-mail are exactly 60 % of the weight; phone and post 45 %.
    for channel in (Channel.WEBSITE, Channel.POST):
        Contact.objects.filter(organisation=body, channel=channel).update(
            state=ContactState.CANCELLED
        )
    enough = ScoreSheet.objects.get(run=barometer.run(), organisation=body)
    assert enough.overall_percent is not None
    Contact.objects.filter(organisation=body, channel=Channel.EMAIL).update(
        state=ContactState.CANCELLED
    )
    too_little = ScoreSheet.objects.get(run=barometer.run(), organisation=body)
    assert too_little.overall_percent is None
    assert too_little.sheet["overall"]["coverage_percent"] == 30.0


def test_mandatory_channel_that_does_not_exist_scores_zero_as_a_finding() -> None:
    barometer = small_barometer(organisations=3)
    body = barometer.organisations[0]
    without_channel(barometer, body, Channel.POST)
    sheet = ScoreSheet.objects.get(run=barometer.run(), organisation=body).sheet
    assert sheet["channels"]["post"] == {
        "basis": "absent",
        "contacts": 0,
        "estimate": 0.0,
        "lower": 0.0,
        "upper": 0.0,
    }
    assert sheet["overall"]["coverage_percent"] == 100.0


def test_body_without_any_contact_has_an_empty_sheet() -> None:
    barometer = small_barometer(organisations=3)
    body = barometer.organisations[0]
    Contact.objects.filter(organisation=body).update(state=ContactState.CANCELLED)
    run = barometer.run()
    row = ScoreSheet.objects.get(run=run, organisation=body)
    assert (row.overall_percent, row.contact_count) == (None, 0)
    assert run.overview["groups"]["all"]["without_contact"] == 1


def test_commands_compute_and_verify(capsys: pytest.CaptureFixture[str]) -> None:
    barometer = small_barometer(organisations=3)
    call_command("run", barometer.edition.slug, wave=1)
    call_command("verify_run", barometer.edition.slug, 1)
    assert "Le calcul n° 1 redonne les mêmes octets" in capsys.readouterr().out
    with pytest.raises(CommandError, match="pas de vague 7"):
        call_command("run", barometer.edition.slug, wave=7)
    with pytest.raises(CommandError, match="Aucune édition"):
        call_command("run", "inconnue")
    with pytest.raises(CommandError, match="pas de calcul n° 9"):
        call_command("verify_run", barometer.edition.slug, 9)
