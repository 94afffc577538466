"""Printed codes: in clear in the PDF alone, never more than agents, the same form, one sheet."""

from __future__ import annotations

import io
import re
import secrets

import pytest
from django.apps import apps
from django.core import serializers
from pypdf import PdfReader

from parvis.accounts.tests.factories import PersonFactory
from parvis.documents.ballot_slips import render_slips
from parvis.foundation.drawn_codes import new_seed, read_seed
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.readable_codes import ALPHABET, in_groups
from parvis.staff_polls.codes import token_of_code
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import Ballot, PollGroup, PrintedCode
from parvis.staff_polls.operations.printing import codes_left, declared_codes, register_codes
from parvis.staff_polls.printed_sheets import MOST_AT_ONCE, codes_of
from parvis.staff_polls.slips import slips_of
from parvis.staff_polls.tests.preparing import (
    coordinator,
    opened,
    page,
    ready_poll,
    registration_with_option,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return registration_with_option()


@pytest.fixture
def poll(registration):
    return opened(ready_poll(registration))


@pytest.fixture
def group(poll):
    """Twelve agents without mail."""
    return PollGroup.objects.select_related("poll").get(poll=poll, number=2)


@pytest.fixture
def client(registration):
    return coordinator(registration)


def text_of(content):
    reader = PdfReader(io.BytesIO(content))
    return "\n".join(sheet.extract_text() for sheet in reader.pages)


def seed():
    return secrets.token_bytes(32)


def test_codes_are_of_the_alphabet_and_follow_the_seed_the_poll_and_the_group(poll, group):
    drawn = seed()
    codes = codes_of(drawn, poll, group, 200)
    assert len(set(codes)) == 200
    assert all(re.fullmatch(f"[{ALPHABET}]{{12}}", code) for code in codes)
    assert codes_of(drawn, poll, group, 20) == codes[:20]
    other = PollGroup.objects.get(poll=poll, number=1)
    assert not set(codes) & set(codes_of(drawn, poll, other, 200))
    assert not set(codes) & set(codes_of(seed(), poll, group, 200))


def test_every_letter_is_as_likely_as_another(poll, group):
    """24,000 letters: 800 of each on average, with a deviation of 28."""
    letters = "".join(codes_of(bytes(32), poll, group, 2000))
    counts = {letter: letters.count(letter) for letter in ALPHABET}
    assert 650 < min(counts.values()) <= max(counts.values()) < 950


@pytest.mark.parametrize("sent", ["", "xyz", "0" * 63, "g" * 64, "é" * 64, " " * 64, "0" * 65])
def test_what_is_no_seed_of_ours_is_none(sent):
    assert read_seed(sent) is None
    assert read_seed(new_seed()) is not None


def test_only_hashes_are_kept_in_an_order_that_is_none(poll, group):
    codes = codes_of(seed(), poll, group, 12)
    assert register_codes(group=group, codes=codes, by=PersonFactory())
    kept = list(PrintedCode.objects.filter(group=group).values_list("token", flat=True))
    assert sorted(kept) == sorted(token_of_code(poll.reference, code) for code in codes)
    database = "".join(
        serializers.serialize("json", model._base_manager.all())
        for model in apps.get_models()
        if model._meta.managed
    )
    assert [code for code in codes if code in database or in_groups(code) in database] == []


def test_the_same_sheet_again_draws_nothing_more(poll, group):
    codes, by = codes_of(seed(), poll, group, 5), PersonFactory()
    assert register_codes(group=group, codes=codes, by=by)
    assert not register_codes(group=group, codes=codes, by=by)
    assert codes_left(group) == 7


def test_never_more_codes_than_agents_without_mail(poll, group):
    by = PersonFactory()
    register_codes(group=group, codes=codes_of(seed(), poll, group, 8), by=by)
    with pytest.raises(Conflict):
        register_codes(group=group, codes=codes_of(seed(), poll, group, 5), by=by)
    assert PrintedCode.objects.filter(group=group).count() == 8
    register_codes(group=group, codes=codes_of(seed(), poll, group, 4), by=by)
    assert codes_left(group) == 0


def test_a_longer_sheet_of_the_same_seed_is_refused(poll, group):
    drawn, by = seed(), PersonFactory()
    register_codes(group=group, codes=codes_of(drawn, poll, group, 3), by=by)
    with pytest.raises(Conflict):
        register_codes(group=group, codes=codes_of(drawn, poll, group, 4), by=by)


def test_a_used_code_frees_nothing(poll, group):
    """What is left to print says how many were printed, never how many voted."""
    register_codes(group=group, codes=codes_of(seed(), poll, group, 12), by=PersonFactory())
    for code in PrintedCode.objects.filter(group=group)[:4]:
        Ballot.objects.create(
            token=code.token, organisation=poll.organisation, poll=poll, group=group, sealed=b"x"
        )
    assert codes_left(group) == 0


def test_merged_groups_vote_with_the_codes_of_their_target(poll, group):
    other = PollGroup.objects.get(poll=poll, number=1)
    PollGroup.objects.filter(pk=group.pk).update(merged_into=other)
    group.refresh_from_db()
    assert declared_codes(other) == 12
    with pytest.raises(Conflict):
        register_codes(group=group, codes=codes_of(seed(), poll, group, 1), by=PersonFactory())
    assert register_codes(group=other, codes=codes_of(seed(), poll, other, 12), by=PersonFactory())


@pytest.mark.parametrize("state", [PollState.DRAFT, PollState.CLOSED])
def test_no_code_before_the_launch_nor_after_the_close(poll, group, state):
    fields = {"launched_at": None} if state == PollState.DRAFT else {"closed_at": poll.launched_at}
    type(poll).objects.filter(pk=poll.pk).update(state=state, **fields)
    with pytest.raises(Conflict):
        register_codes(group=group, codes=codes_of(seed(), poll, group, 1), by=PersonFactory())


@pytest.mark.parametrize("count", [0, MOST_AT_ONCE + 1])
def test_a_sheet_has_a_reasonable_number_of_slips(poll, group, count):
    with pytest.raises(Refusal):
        register_codes(group=group, codes=["A" * 12] * count, by=PersonFactory())


# --- The PDF and its page -------------------------------------------------------------------------


def test_each_slip_bears_one_code_the_address_and_the_promise(poll, group):
    codes = codes_of(seed(), poll, group, 12)
    slips = slips_of(poll, group, codes, "https://exemple.fr/sondage/ABCDEFGHJK/")
    content = render_slips(slips)
    text = text_of(content)
    assert [text.count(in_groups(code)) for code in codes] == [1] * 12
    assert text.count("exemple.fr/sondage/ABCDEFGHJK") == 12
    assert text.count("Anonyme") == 12
    assert len(PdfReader(io.BytesIO(content)).pages) == 3
    # Equal slips give equal bytes, and no code hides in what describes the file.
    assert render_slips(slips) == content
    assert codes[0] not in str(PdfReader(io.BytesIO(content)).metadata)


def test_long_and_hostile_words_stay_in_the_slip(poll, group):
    poll.title, group.name = "<b>" + "W" * 97, "עִבְרִית " + "🎉" * 70
    content = render_slips(slips_of(poll, group, ["A" * 12] * 10, f"https://{'x' * 80}.fr/s/A/"))
    assert len(PdfReader(io.BytesIO(content)).pages) == 2


def test_the_form_gives_its_sheet_and_the_same_one_again(client, poll, group):
    shown = client.get(page("slips", poll.pk))
    assert "no-store" in shown["Cache-Control"]
    drawn = re.search(r'name="seed" value="(\w+)"', shown.content.decode())[1]
    form = {"seed": drawn, "count": "5"}
    first = client.post(page("print_slips", poll.pk, group.number), form)
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in first["Cache-Control"]
    again = client.post(page("print_slips", poll.pk, group.number), form)
    assert again.content == first.content
    assert PrintedCode.objects.filter(group=group).count() == 5
    code = re.search(rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{2}}", text_of(first.content))[0]
    token = token_of_code(poll.reference, code.replace("-", ""))
    assert PrintedCode.objects.filter(token=token, group=group).exists()
    assert "5 bulletins imprimés sur 12" in client.get(page("slips", poll.pk)).content.decode()


@pytest.mark.parametrize("form", [{}, {"seed": "x", "count": "1"}, {"count": "5"}])
def test_a_form_of_something_else_prints_nothing(client, poll, group, form):
    response = client.post(page("print_slips", poll.pk, group.number), form)
    assert response["Location"] == page("slips", poll.pk)
    asked = {"seed": new_seed(), "count": "400"}
    assert client.post(page("print_slips", poll.pk, group.number), asked).status_code == 302
    assert not PrintedCode.objects.exists()


def test_a_group_that_is_not_there_is_absent(client, poll):
    form = {"seed": new_seed(), "count": "1"}
    for number in (99, 2**40):
        assert client.post(page("print_slips", poll.pk, number), form).status_code == 404
