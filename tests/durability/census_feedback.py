"""Everything feedback holds once the storm is over, as JSON, and whether counts equal events."""

from __future__ import annotations

import json
import sys
from typing import Any

import django


def census() -> dict[str, Any]:
    from parvis.feedback.ingestion.rebuild import differences
    from parvis.feedback.models import Answer, Comment, Device, HourCount, KeptApart, Receipt

    return {
        "answers": [str(number) for number in Answer.objects.values_list("id", flat=True)],
        "receipts": {
            str(number): bytes(content).hex()
            for number, content in Receipt.objects.values_list("id", "content_hash")
        },
        "comments": [str(n) for n in Comment.objects.values_list("answer_id", flat=True)],
        "kept_apart": KeptApart.objects.count(),
        "counted": sum(HourCount.objects.exclude(answer=-1).values_list("answers", flat=True)),
        "differences": [difference.table for difference in differences()],
        "missing": list(
            Device.objects.kiosks().values_list("highest_sequence", "missing_sequences")
        ),
    }


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        json.dump(census(), sys.stdout)
