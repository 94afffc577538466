"""The kiosk in Debian's Chromium: first load, answer to a tap, a month kept and given back.

The server is that of the kiosk's tests (`tests/e2e/kiosk_server.py`): what is measured is the
tablet's side. `--postgresql` is accepted as by every benchmark, and not used.
"""

from __future__ import annotations

import argparse
import os
import statistics

MONTH_ANSWERS = 20_000
TAPS = 200
STARTS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql")
    parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.config.settings.test"
    os.environ["PARVIS_LOG_LEVEL"] = "WARNING"
    import django

    django.setup()
    measure()


def measure() -> None:
    from playwright.sync_api import sync_playwright

    from tests.e2e import kiosk_measures
    from tests.e2e.conftest import ARGUMENTS, CHROMIUM
    from tests.e2e.kiosk_page import PORTRAIT, tablet
    from tests.e2e.kiosk_server import KioskServer

    with sync_playwright() as playwright, KioskServer() as server:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with tablet(browser, server) as kiosk:
            weights = kiosk_measures.first_load(kiosk)
            print(
                f"first load: {sum(weights.values()):,} bytes compressed in {len(weights)} files"
                " (promised: 60,000)"
            )
        with tablet(browser, server, PORTRAIT) as kiosk:
            kiosk.pair()
            kiosk.page.wait_for_timeout(500)
            taps = kiosk_measures.taps(kiosk, TAPS)
            for name, times in (("shown", taps.pressed), ("stored, next screen", taps.drawn)):
                p95 = statistics.quantiles(times, n=20)[-1]
                print(
                    f"tap to {name}: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms,"
                    f" worst {max(times):.0f} ms of {len(times)} (promised: 100)"
                )
        with tablet(browser, server) as kiosk:
            kiosk.pair()
            spent = kiosk_measures.month_given_back(kiosk, MONTH_ANSWERS, patience=600)
            print(f"{MONTH_ANSWERS:,} answers given back: {spent:.1f} s (promised: 60)")
            without = statistics.median(kiosk_measures.start(kiosk) for _ in range(STARTS))
            kiosk_measures.keep_a_month(kiosk, MONTH_ANSWERS)
            times = [kiosk_measures.start(kiosk) for _ in range(STARTS)]
            print(
                f"start with {MONTH_ANSWERS:,} answers that wait: median"
                f" {statistics.median(times):.1f} s, worst {max(times):.1f} s of {STARTS};"
                f" with none {without:.1f} s"
            )
        browser.close()


if __name__ == "__main__":
    main()
