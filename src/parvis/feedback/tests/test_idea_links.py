"""The private link of an idea opens that idea and no other."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.urls import path, reverse

from parvis.feedback.idea_links import answer_of, token_of

urlpatterns = [path("idees/suivi/<str:token>/", lambda request, token: None, name="idea")]


def test_a_link_leads_back_to_its_idea():
    answer_id = uuid4()
    assert answer_of(token_of(answer_id)) == answer_id


@pytest.mark.urls(__name__)
def test_a_link_is_an_address_as_it_is():
    token = token_of(UUID(int=2**128 - 1))
    assert reverse("idea", args=[token]) == f"/idees/suivi/{token}/"


@pytest.mark.parametrize("made_up", ["", ":", "abc", "é:ü", "AAAAAAAAAAAAAAAAAAAAAA:x", "a" * 5000])
def test_a_made_up_link_opens_nothing(made_up: str):
    assert answer_of(made_up) is None


def test_the_link_of_an_idea_does_not_open_another():
    one, other = token_of(uuid4()), token_of(uuid4())
    assert answer_of(f"{one.split(':')[0]}:{other.split(':')[1]}") is None
