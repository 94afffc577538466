"""How many answers and receipts an installation holds, and which tables of counts differ."""

from __future__ import annotations

import json
import sys

import django


def main() -> int:
    django.setup()
    from django_scopes import scopes_disabled

    from parvis.feedback.ingestion.rebuild import differences
    from parvis.feedback.models import Answer, Receipt

    with scopes_disabled():
        found = {
            "answers": Answer.objects.count(),
            "receipts": Receipt.objects.count(),
            "differences": [difference.table for difference in differences()],
        }
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
