"""Every reason why a draft is not a document yet, from a reader that stops at the first.

The rules stand in one place, the reader of a finished document. Each value that it refuses is taken
as right in a copy, and the rest is read again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from parvis.foundation.errors import Refusal

_WORST_CASE_PROBLEMS = 1000


def problems_by_path(
    draft: Any, *, read: Callable[[Any], object], put_right: Callable[[Any, str, int], bool]
) -> dict[str, str]:
    """The message of each refusal, by its field; the draft itself does not change.

    `read` raises `Refusal` for the first value that is not right. `put_right` writes an acceptable
    one at that path of a copy, given how many rounds came before; where it returns False,
    the search ends.
    """
    tried = copy.deepcopy(draft)
    problems: dict[str, str] = {}
    for rounds in range(_WORST_CASE_PROBLEMS):
        try:
            read(tried)
            break
        except Refusal as refusal:
            if refusal.field in problems:
                break
            problems[refusal.field] = refusal.message
            if not put_right(tried, refusal.field, rounds):
                break
    return problems
