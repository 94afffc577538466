"""Sealed secrets: read again by us alone, for what they were sealed for."""

import pytest

from parvis.foundation.sealing import UnsealError, seal, unseal


def test_a_secret_is_read_again_and_does_not_show():
    sealed = seal("whsec_abc", purpose="webhook")
    assert "whsec_abc" not in sealed
    assert sealed != seal("whsec_abc", purpose="webhook")
    assert unseal(sealed, purpose="webhook") == "whsec_abc"


def test_another_purpose_another_key_or_a_changed_letter_opens_nothing(settings):
    sealed = seal("whsec_abc", purpose="webhook")
    with pytest.raises(UnsealError):
        unseal(sealed, purpose="other")
    with pytest.raises(UnsealError):
        unseal(sealed[:-3] + "AA=", purpose="webhook")
    settings.SECRET_KEY = "another key altogether"
    with pytest.raises(UnsealError):
        unseal(sealed, purpose="webhook")


def test_a_key_that_was_replaced_still_opens_what_it_sealed(settings):
    sealed = seal("whsec_abc", purpose="webhook")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key altogether"
    assert unseal(sealed, purpose="webhook") == "whsec_abc"
