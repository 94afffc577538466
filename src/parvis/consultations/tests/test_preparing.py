"""Preparing a consultation: from a template to its opening, and what is refused on the way."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import (
    Admission,
    ConsultationState,
    ContributionKind,
    PhaseKind,
    Proof,
    Template,
)
from parvis.consultations.exposure import flush, log_shown
from parvis.consultations.models import Consultation, Contribution, Phase
from parvis.consultations.operations.preparing import (
    ConsultationContent,
    PhaseContent,
    change_consultation,
    save_phase,
)
from parvis.consultations.phase_settings import BudgetSettings, IdeasSettings, settings_as
from parvis.consultations.tests.factories import (
    ConsultationFactory,
    PhaseFactory,
    running_phase,
    written,
)
from parvis.consultations.tests.preparing import coordinator, registration_with_option
from parvis.editions.models import Election, Registration
from parvis.editions.tests.factories import EditionFactory, ElectionFactory, RegistrationFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


@pytest.fixture
def registration() -> Registration:
    return registration_with_option()


@pytest.fixture
def client(registration: Registration) -> Client:
    return coordinator(registration)


def address(name: str, *args: object) -> str:
    return reverse(f"consultations:{name}", args=args)


def create(client: Client, template: str = Template.IDEAS, **more: object) -> Consultation:
    form = {
        "template": template,
        "title": "Quelle place pour le vélo ?",
        "summary": "Dites ce qui vous manque.",
        "begins": (timezone.localdate() + timedelta(days=1)).isoformat(),
        "admission": "open",
        **more,
    }
    answer = client.post(address("create"), form)
    assert answer.status_code == 302, answer.content.decode()
    return Consultation.objects.latest("pk")


@pytest.mark.parametrize("template", Template.values)
def test_each_template_is_ready_to_be_corrected(client: Client, template: str):
    made = create(client, template)
    page = client.get(address("consultation", made.pk))
    assert page.status_code == 200
    phases = list(made.phases.all())
    assert [phase.position for phase in phases] == list(range(1, len(phases) + 1))
    for before, after in itertools.pairwise(phases):
        assert before.closes_at == after.opens_at
    for phase in phases:
        assert client.get(address("phase_settings", made.pk, phase.position)).status_code == 200


def test_ideas_open_at_once(client: Client):
    made = create(client)
    assert made.title in client.get(address("consultations")).content.decode()
    assert "Tout est prêt" in client.get(address("consultation", made.pk)).content.decode()
    client.post(address("open", made.pk))
    made.refresh_from_db()
    assert made.state == ConsultationState.OPEN
    assert client.get(address("public", made.code)).status_code == 200
    assert Entry.objects.filter(action="consultation.opened").count() == 1
    assert client.post(address("open", made.pk)).status_code == 409


def test_opinions_wait_for_three_statements(client: Client):
    made = create(client, Template.OPINIONS)
    refused = client.post(address("open", made.pk))
    assert refused.status_code == 422
    assert "au moins 3" in refused.content.decode()
    lines = "Il faut des bancs.\n  Il faut   des arbres. \n\nIl faut des bancs.\nIl faut de l’eau."
    client.post(address("phase_texts", made.pk, 1), {"texts": lines})
    # The same list sent again adds nothing.
    client.post(address("phase_texts", made.pk, 1), {"texts": lines})
    assert [one.text for one in Contribution.objects.order_by("number")] == [
        "Il faut des bancs.",
        "Il faut des arbres.",
        "Il faut de l’eau.",
    ]
    assert client.post(address("open", made.pk)).status_code == 302


def test_a_text_too_long_is_named(client: Client):
    made = create(client, Template.PAIRS)
    answer = client.post(address("phase_texts", made.pk, 1), {"texts": "bref\n" + "x" * 141})
    assert answer.status_code == 422
    assert "141 signes" in answer.content.decode()
    assert not Contribution.objects.exists()


def test_a_text_is_taken_away_once(client: Client):
    made = create(client, Template.PAIRS)
    client.post(address("phase_texts", made.pk, 1), {"texts": "Vélo"})
    text = Contribution.objects.get()
    for _again in range(2):
        assert client.post(address("remove_text", made.pk, text.pk)).status_code == 302
    assert "Vélo" not in client.get(address("phase_texts", made.pk, 1)).content.decode()


def test_a_draft_is_not_public(client: Client):
    made = create(client)
    assert Client().get(address("public", made.code)).status_code == 404
    assert made.title not in Client().get(address("public_list")).content.decode()


def rules(**more: object) -> dict[str, object]:
    return {f"reglages-{name}": value for name, value in more.items()}


def dates(phase: Phase) -> dict[str, object]:
    return {
        "kind": phase.kind,
        "title": phase.title,
        "opens_at": timezone.localtime(phase.opens_at).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": timezone.localtime(phase.closes_at).strftime("%Y-%m-%dT%H:%M"),
    }


def test_the_rules_of_a_phase_of_ideas(client: Client):
    made = create(client)
    phase = made.phases.get()
    form = {
        **dates(phase),
        **rules(
            themes="Cadre de vie\nEau",
            sectors="Nord\nSud",
            fields_="Public : enfants, adultes *\nCoût estimé",
            map="48.8566, 2.3522",
            with_images="on",
        ),
    }
    answer = client.post(address("phase_settings", made.pk, 1), form)
    assert answer.status_code == 302, answer.content.decode()
    phase.refresh_from_db()
    read = settings_as(IdeasSettings, phase.kind, phase.settings)
    # A label that was there keeps the code that contributions bear.
    assert [(one.code, one.label) for one in read.themes] == [
        ("cadre-de-vie", "Cadre de vie"),
        ("eau", "Eau"),
    ]
    assert read.fields[0].options == ("enfants", "adultes")
    assert [one.required for one in read.fields] == [True, False]
    assert read.map is not None
    assert read.map.latitude == pytest.approx(48.8566)
    assert not read.with_support
    again = client.get(address("phase_settings", made.pk, 1)).content.decode()
    assert "Public : enfants, adultes *" in again


@pytest.mark.parametrize("typed", ["ici", "100, 2", "48.8 ; 200", "nan, 1", "1,2,3"])
def test_a_point_off_the_map_is_refused(client: Client, typed: str):
    made = create(client)
    form = {**dates(made.phases.get()), **rules(map=typed)}
    answer = client.post(address("phase_settings", made.pk, 1), form)
    assert answer.status_code == 422


def test_the_envelope_of_a_budget(client: Client):
    made = create(client, Template.BUDGET)
    phase = made.phases.get(kind=PhaseKind.BUDGET)
    choices = {"ballot": "points", "points": "5", "rule": "greedy", "completion": "none"}
    for envelope, status in (("0", 422), ("-5", 422), ("9" * 30, 422), ("50000", 302)):
        form = {**dates(phase), **rules(envelope_euros=envelope, **choices)}
        answer = client.post(address("phase_settings", made.pk, phase.position), form)
        assert answer.status_code == status
    phase.refresh_from_db()
    read = settings_as(BudgetSettings, phase.kind, phase.settings)
    assert (read.envelope_euros, read.ballot, read.points, read.most_projects) == (
        50_000,
        "points",
        5,
        0,
    )


def test_a_phase_that_ends_before_it_begins_is_refused(client: Client):
    made = create(client)
    form = dates(made.phases.get())
    form["closes_at"] = form["opens_at"]
    answer = client.post(address("phase_settings", made.pk, 1), form)
    assert answer.status_code == 422
    assert "finit après" in answer.content.decode()


def test_phases_are_added_and_removed_before_the_opening(client: Client):
    made = create(client)
    form = {**dates(made.phases.get()), "kind": PhaseKind.PAIRS, "title": "Priorités"}
    assert client.post(address("add_phase", made.pk), form).status_code == 302
    assert [phase.kind for phase in made.phases.all()] == [PhaseKind.IDEAS, PhaseKind.PAIRS]
    client.post(address("remove_phase", made.pk, 1))
    only = made.phases.get()
    assert (only.kind, only.position) == (PhaseKind.PAIRS, 1)
    # The last one stays.
    client.post(address("remove_phase", made.pk, 1))
    assert made.phases.count() == 1


def test_a_phase_under_way_keeps_its_rules(client: Client, registration: Registration):
    phase = PhaseFactory.create(
        consultation=ConsultationFactory.create(organisation=registration.organisation, opened=True)
    )
    form = {**dates(phase), **rules(themes="Autre chose"), "title": "Autre titre"}
    where = address("phase_settings", phase.consultation.pk, phase.position)
    assert client.post(where, form).status_code == 409
    assert client.post(address("remove_phase", phase.consultation.pk, 1)).status_code == 302
    assert Phase.objects.filter(pk=phase.pk).exists()


def test_verification_needs_a_means(client: Client):
    form = {"template": "ideas", "title": "T", "summary": "S", "admission": "verified"}
    answer = client.post(address("create"), {**form, "begins": "2030-01-01"})
    assert answer.status_code == 422
    assert "Choisissez au moins un moyen" in answer.content.decode()


def test_how_people_are_verified_is_settled_once_it_is_open(client: Client):
    phase = running_phase(admission=Admission.VERIFIED, proofs=[Proof.MAIL])
    made = phase.consultation
    content = ConsultationContent(
        title=made.title,
        summary=made.summary,
        admission=Admission.VERIFIED,
        proofs=(Proof.CODE,),
        appeal_days=made.appeal_days,
    )
    by = PersonFactory.create()
    for proofs in ((Proof.CODE,), (Proof.MAIL, Proof.CODE)):
        with pytest.raises(Conflict, match="comment chacun"):
            change_consultation(
                consultation=made,
                content=replace(content, proofs=proofs),
                by=by,
                revision=made.revision,
            )
    same = replace(content, proofs=(Proof.MAIL,), title="Autre titre")
    changed = change_consultation(consultation=made, content=same, by=by, revision=made.revision)
    assert changed.title == "Autre titre"


def test_dates_moved_into_a_pre_electoral_period_ask_for_the_same_reason():
    phase = running_phase()
    made, by = phase.consultation, PersonFactory.create()
    day = timezone.localdate() + timedelta(days=300)
    Election.objects.create(
        edition=EditionFactory.create(opened_at=timezone.now()),
        organisation=made.organisation,
        label="Municipales",
        first_round_on=day,
        last_round_on=day + timedelta(days=7),
    )
    longer = PhaseContent(
        kind=phase.kind,
        title=phase.title,
        opens_at=phase.opens_at,
        closes_at=phase.closes_at + timedelta(days=200),
    )
    later = replace(longer, opens_at=phase.closes_at)
    for content, position in ((longer, phase.position), (later, None)):
        with pytest.raises(Refusal, match="préélectorale") as refused:
            save_phase(consultation=made, content=content, by=by, position=position)
        assert refused.value.field == "closes_at"
    Consultation.objects.filter(pk=made.pk).update(embargo_reason="Enquête prévue par la loi.")
    assert save_phase(consultation=made, content=longer, by=by, position=phase.position)


def test_two_who_change_the_settings_lose_nothing(client: Client):
    made = create(client)
    form = {
        "revision": made.revision,
        "title": "Premier",
        "summary": "S",
        "admission": "open",
        "moderation": "before",
        "appeal_days": "15",
    }
    assert client.post(address("settings", made.pk), form).status_code == 302
    late = client.post(address("settings", made.pk), {**form, "title": "Second"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "Premier" in page
    assert "Second" in page
    made.refresh_from_db()
    assert made.title == "Premier"
    assert not Entry.objects.filter(action="consultation.embargo_reason_written").exists()
    reasons = {**form, "revision": made.revision, "embargo_reason": "Enquête prévue par la loi."}
    assert client.post(address("settings", made.pk), reasons).status_code == 302
    written = Entry.objects.get(action="consultation.embargo_reason_written").details
    assert (written["former_reason"], written["in_spite_of_the_election"]) == (
        "",
        "Enquête prévue par la loi.",
    )


def test_a_phase_in_the_pre_electoral_period_asks_for_a_reason(
    client: Client, registration: Registration
):
    first_round = timezone.localdate() + timedelta(days=60)
    ElectionFactory.create(
        edition=registration.edition,
        organisation=registration.organisation,
        organisation_kind="",
        first_round_on=first_round,
        last_round_on=first_round + timedelta(days=7),
    )
    made = create(client)
    page = client.get(address("consultation", made.pk)).content.decode()
    assert "période préélectorale" in page
    assert client.post(address("open", made.pk)).status_code == 422
    Consultation.objects.filter(pk=made.pk).update(embargo_reason="Enquête prévue par la loi.")
    assert client.post(address("open", made.pk)).status_code == 302
    assert Entry.objects.get(action="consultation.opened").details["embargo_reason"] is True


def test_texts_in_another_language(client: Client):
    made = create(client)
    where = address("translate", made.pk, "en")
    form = {"title": "What place for bikes?", "summary": "", "1-title": "Post your ideas"}
    assert client.post(where, form).status_code == 302
    made.refresh_from_db()
    client.post(address("open", made.pk))
    page = Client().get(address("public", made.code), headers={"accept-language": "en"})
    told = page.content.decode()
    assert "What place for bikes?" in told
    assert made.title not in told
    assert made.summary in told
    assert "Post your ideas" in told
    assert client.get(address("translate", made.pk, "xx")).status_code == 404


def test_a_draft_is_thrown_away_and_an_open_one_is_not(client: Client):
    made = create(client)
    assert client.post(address("delete", made.pk)).status_code == 302
    assert not Consultation.objects.exists()
    other = create(client)
    client.post(address("open", other.pk))
    assert client.post(address("delete", other.pk)).status_code == 409
    assert Consultation.objects.exists()


def test_without_the_option_nothing_is_prepared():
    client = coordinator(RegistrationFactory.create(confirmed=True))
    answer = client.get(address("create"))
    assert answer.status_code == 403
    assert "Pour l’obtenir" in answer.content.decode()
    assert client.get(address("consultations")).status_code == 200


def test_another_body_is_absent(client: Client):
    theirs = PhaseFactory.create().consultation
    for name in ("consultation", "settings", "delete", "add_phase"):
        assert client.get(address(name, theirs.pk)).status_code == 404
    assert client.get(address("phase_settings", theirs.pk, 1)).status_code == 404


def test_the_board_tells_how_evenly_statements_were_shown(
    client: Client, registration: Registration
):
    phase = running_phase(PhaseKind.OPINIONS, organisation=registration.organisation)
    shown = [one.pk for one in written(phase, ContributionKind.STATEMENT, "Un", "Deux", "Trois")]
    page = client.get(address("consultation", phase.consultation.pk)).content.decode()
    assert "présentation" not in page
    log_shown(shown * 4 + shown[:2])
    flush()
    page = client.get(address("consultation", phase.consultation.pk)).content.decode()
    assert "14 présentations ; la moins montrée l’a été 4 fois, pour 5 fois en général." in page


def test_where_one_takes_part_comes_before_what_only_informs():
    informing = running_phase(PhaseKind.STRUCTURING)
    voting = PhaseFactory.create(consultation=informing.consultation, kind=PhaseKind.BUDGET)
    page = Client().get(address("public", informing.consultation.code))
    assert page.context["now_running"] == [voting, informing]
