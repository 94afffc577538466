"""Known SIREN numbers, and what is said of wrong ones."""

import pytest

from parvis.foundation.errors import Refusal
from parvis.organisations.siren import luhn_digit, parse_siren

# INSEE, the city of Paris, and the example of the standard's own documentation.
KNOWN = ["120027016", "217500016", "732829320"]


@pytest.mark.parametrize("siren", KNOWN)
def test_known_numbers_pass_with_or_without_spaces(siren):
    grouped = f" {siren[:3]} {siren[3:6]}\u00a0{siren[6:]} "
    assert parse_siren(siren) == siren
    assert parse_siren(grouped) == siren


@pytest.mark.parametrize("siren", KNOWN)
def test_any_single_wrong_digit_is_seen(siren):
    for position, right in enumerate(siren):
        for wrong in set("0123456789") - {right}:
            with pytest.raises(Refusal, match="n’est pas valide") as refusal:
                parse_siren(siren[:position] + wrong + siren[position + 1 :])
            assert refusal.value.field == "siren"


def test_the_checksum_completes_any_number():
    for number in range(1000):
        body = f"{number * 98765 % 10**8:08d}"
        assert parse_siren(body + luhn_digit(body)) == body + luhn_digit(body)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "que des chiffres"),
        ("12345678A", "que des chiffres"),
        ("٧٣٢٨٢٩٣٢٠", "que des chiffres"),
        ("73282932", "neuf chiffres"),
        ("73282932000074", "neuf chiffres"),
    ],
)
def test_the_message_says_what_is_wrong(typed, message):
    with pytest.raises(Refusal, match=message):
        parse_siren(typed)
