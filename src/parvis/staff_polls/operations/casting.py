"""Taking a ballot: sealed at once, durable when the call returns, one a token.

Nothing here knows an agent, an address or a time. The same token again, before the close,
replaces the answers and leaves no trace of the former ones.
"""

from __future__ import annotations

import json
from typing import Any

import orjson
from django.db import connection, transaction
from django_scopes import scopes_disabled

from parvis.foundation.blind_signatures import verify
from parvis.staff_polls import keys
from parvis.staff_polls.codes import read_ballot_code, token_of_code, token_of_message
from parvis.staff_polls.models import Ballot, PollGroup, PrintedCode, StaffPoll
from parvis.staff_polls.operations.holding import check_open, find, hold_open
from parvis.staff_polls.poll_document import Answers, read_answers, read_document
from parvis.staff_polls.refusals import unknown_code, unknown_token

# A prefix of 32 bytes and a message of 32: more is nothing our pages send.
MAX_MESSAGE_BYTES = 256
MAX_SIGNATURE_BYTES = 1024
# One statement: two resends at once make one row, and a ballot already counted says it changed.
_PUT = f"""
    INSERT INTO {Ballot._meta.db_table}
        (token, organisation_id, poll_id, group_id, sealed, entered, is_replaced)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (token) DO UPDATE SET
        sealed = excluded.sealed,
        is_replaced = {Ballot._meta.db_table}.entered > 0
"""  # noqa: S608 – the name of our own table


def cast_ballot(
    *, poll_code: str, group: int, message: bytes, signature: bytes, answers: Any
) -> None:
    """Store the ballot of a token signed blind by its group's key.

    `message` is the prepared message of RFC 9474, prefix included. Raise `PollRefusal`, or
    `Refusal` whose field is the key of the card whose answer is not one.
    """
    with scopes_disabled():
        poll = find(poll_code)
        signer, public_key = _signer(poll, group)
        if (
            not public_key
            or len(message) > MAX_MESSAGE_BYTES
            or len(signature) > MAX_SIGNATURE_BYTES
            or not verify(public_key, message, signature)
        ):
            # After the close, whoever comes late reads that, not that the token is unknown.
            check_open(poll)
            raise unknown_token()
        _store(poll, signer, token_of_message(poll.reference, message), answers)


def _signer(poll: StaffPoll, number: int) -> tuple[int, bytes]:
    """The key in the database of a group and its public key; that is empty without a group."""
    found = PollGroup.objects.filter(poll_id=poll.pk, number=number)
    for key, public_key in found.values_list("pk", "public_key").order_by():
        return key, bytes(public_key)
    return 0, b""


def cast_printed(*, poll_code: str, code: str, answers: Any) -> None:
    """Store the ballot of a printed code; raise as `cast_ballot` does."""
    with scopes_disabled():
        poll = find(poll_code)
        _store(poll, None, printed_token(poll, code), answers)


def printed_token(poll: StaffPoll, code: str) -> str:
    """The token of a printed code of this poll; raise `Unknown` for any other."""
    token = token_of_code(poll.reference, read_ballot_code(code))
    with scopes_disabled():
        if PrintedCode.objects.filter(poll=poll, pk=token).exists():
            return token
    check_open(poll)
    raise unknown_code()


def _store(poll: StaffPoll, group: int | None, token: str, answers: Any) -> None:
    read = read_answers(read_document(poll.document), answers)
    sealed = keys.seal(poll, written(read), token=token)
    with transaction.atomic():
        hold_open(poll)
        if group is None:
            group = PrintedCode.objects.values_list("group", flat=True).get(pk=token)
        with connection.cursor() as cursor:
            cursor.execute(
                _PUT,
                [token, poll.organisation_id, poll.pk, group, sealed, 0, False],
            )


def written(answers: Answers) -> bytes:
    """Answers as they are sealed; cards in the order of their keys, not of their answering."""
    return json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_written(plaintext: bytes) -> Answers:
    answers: Answers = orjson.loads(plaintext)
    return answers
