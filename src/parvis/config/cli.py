"""The `parvis` command: Django's management commands under the product's name.

`parvis analyse` is answered before Django is imported: an analyst with a file needs neither
settings nor a database, and waits for neither.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line; return the process exit code."""
    arguments = sys.argv[1:]
    if arguments[:2] == ["help", "analyse"]:
        arguments = ["analyse", "--help"]
    if arguments[:1] == ["analyse"]:
        from parvis.analyse.cli import main as analyse

        return analyse(arguments[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.config.settings.dev")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["parvis", *arguments])
    except ImproperlyConfigured as error:
        # Addressed to whoever installs: the list of what to set, not where the program read it.
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
