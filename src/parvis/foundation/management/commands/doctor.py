"""`parvis doctor`: examine the installation; exit code 1 when something is broken."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parvis.foundation import database_lock
from parvis.foundation.diagnosis import Verdict, examine

MARKS = {Verdict.GOOD: "✓", Verdict.LOOK: "!", Verdict.BROKEN: "✗"}


class Command(BaseCommand):
    help = "Examine l’installation et dit ce qui ne va pas."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with database_lock.reading_only():
            findings = examine()
        for finding in findings:
            self.stdout.write(f"{MARKS[finding.verdict]} {finding.sentence}")
        broken = sum(finding.verdict is Verdict.BROKEN for finding in findings)
        if broken:
            self.stdout.write(_("%d point(s) à réparer.") % broken)
            sys.exit(1)
        self.stdout.write(_("Tout va bien."))
