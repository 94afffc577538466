"""A stale form is refused with both versions; a fresh one goes on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from parvis.foundation.models import MailState, OutgoingMail
from parvis.foundation.stale import Difference, StaleForm, check_revision


@dataclass
class Note:
    revision: int = 3
    title: str = "Accueil"
    done: bool = False


@pytest.mark.parametrize("sent", [3, "3"])
def test_a_fresh_form_goes_on(sent: int | str) -> None:
    check_revision(Note(), sent, changes={"title": "Autre"})


@pytest.mark.parametrize("sent", [2, "2", 4, "", None, "x"])
def test_a_stale_form_shows_both_versions(sent: int | str | None) -> None:
    with pytest.raises(StaleForm) as stale:
        check_revision(Note(), sent, changes={"title": "Autre", "done": True, "revision": 3})
    assert stale.value.differences == [
        Difference("title", "Accueil", "Autre"),
        Difference("done", "non", "oui"),
    ]
    assert stale.value.current_revision == 3
    assert stale.value.status == 409


def test_a_models_fields_bear_their_labels_and_choices() -> None:
    mail = OutgoingMail(state=MailState.QUEUED, error="")
    mail.revision = 2
    with pytest.raises(StaleForm) as stale:
        check_revision(mail, 1, changes={"state": "sent", "error": "x"})
    assert stale.value.differences[0] == Difference("State", "en attente", "envoyé")
    assert stale.value.differences[1].theirs == "(vide)"
