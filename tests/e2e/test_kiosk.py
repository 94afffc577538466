"""The kiosk as citizens use it: a tap stored at once, steps, thanks, idleness, keys, switches."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from parvis.feedback.default_document import default_document
from tests.e2e.kiosk_page import LANDSCAPE, PORTRAIT, Tablet, tablet
from tests.e2e.kiosk_server import KioskServer, configuration

pytestmark = [pytest.mark.e2e, pytest.mark.device]


@pytest.fixture
def server() -> Iterator[KioskServer]:
    with KioskServer() as running:
        yield running


@pytest.fixture
def kiosk(browser: Browser, server: KioskServer) -> Iterator[Tablet]:
    with tablet(browser, server) as shown:
        shown.pair()
        yield shown
        assert shown.complaints() == []
        assert server.missing_files == []


def in_arabic() -> dict[str, object]:
    document = default_document()
    document["languages"] = ["fr", "ar"]
    return dict(json.loads(json.dumps(document).replace('"en": "', '"ar": "')))


def every_kind() -> dict[str, object]:
    """A smiley, several choices of which some follow a face, a scale, one choice."""
    document = default_document()
    document["steps"][1]["options"][0]["levels"] = [0, 1]
    document["steps"][1]["options"].append(
        {"code": 61, "text": {"fr": "Autre chose", "en": "Something else"}, "levels": []}
    )
    text = {"fr": "Était-ce facile ?", "en": "Was it easy?"}
    low, high = {"fr": "Pas du tout", "en": "Not at all"}, {"fr": "Très", "en": "Very"}
    document["steps"][2] = {
        "key": "effort",
        "kind": "scale",
        "text": text,
        "low": low,
        "high": high,
    }
    document["steps"][3] = {
        "key": "channel",
        "kind": "single",
        "text": {"fr": "Comment êtes-vous venu ?", "en": "How did you come?"},
        "options": [
            {"code": 0, "text": {"fr": "À pied", "en": "On foot"}},
            {"code": 1, "text": {"fr": "En bus", "en": "By bus"}},
        ],
    }
    return document


# --- A visit ----------------------------------------------------------------------------------


def test_a_visit_from_the_face_to_the_thanks(kiosk: Tablet, server: KioskServer):
    kiosk.face(1)
    kiosk.wait("step")
    first = kiosk.stored
    assert first
    kiosk.tap("L’attente")
    kiosk.tap("L’écoute")
    kiosk.tap("Continuer")
    expect(kiosk.page.locator("textarea")).to_be_visible()
    kiosk.page.wait_for_timeout(400)
    kiosk.page.locator("textarea").fill("Très bon accueil 😀\nעברית <b>gras</b>")
    kiosk.tap("Envoyer")
    expect(kiosk.page.get_by_role("heading", name="Une idée pour faire mieux")).to_be_visible()
    kiosk.page.wait_for_timeout(400)
    kiosk.tap("Passer")
    kiosk.wait("thanks")
    kiosk.wait_until_sent()
    smiley, reasons, comment = server.taken.values()
    assert smiley["id"] == first
    assert (smiley["seq"], smiley["question"], smiley["value"], smiley["level"]) == (
        1,
        "satisfaction",
        1,
        -1,
    )
    assert (reasons["seq"], reasons["value"], reasons["level"]) == (2, 2**0 + 2**3, 1)
    assert comment["text"] == "Très bon accueil 😀\nעברית <b>gras</b>"
    assert {answer["visit"] for answer in server.taken.values()} == {smiley["visit"]}
    kiosk.tap("Terminer")
    kiosk.wait("attract")


def test_every_kind_of_step_is_answered_exactly(browser: Browser, server: KioskServer):
    server.configuration = configuration(document=every_kind())
    with tablet(browser, server, PORTRAIT) as kiosk:
        kiosk.pair()
        kiosk.face(3)
        kiosk.wait("step")
        # What follows an unhappy face is not proposed after a happy one.
        assert kiosk.page.get_by_role("button", name="L’attente").count() == 0
        kiosk.tap("L’accueil")
        kiosk.tap("Autre chose")
        kiosk.tap("Continuer")
        expect(kiosk.page.locator(".note")).to_have_count(11)
        kiosk.page.wait_for_timeout(400)
        kiosk.tap("10")
        expect(kiosk.page.get_by_role("button", name="En bus")).to_be_visible()
        kiosk.page.wait_for_timeout(400)
        kiosk.tap("En bus")
        kiosk.wait("thanks")
        kiosk.wait_until_sent()
        values = [answer["value"] for answer in server.taken.values()]
        # 2^61 does not fit in a double with the small ones: exact to the last.
        assert values == [3, 2**1 + 2**61, 10, 1]
        assert kiosk.complaints() == []


def test_the_first_tap_is_stored_even_if_nothing_follows(kiosk: Tablet, server: KioskServer):
    kiosk.face(0)
    kiosk.wait("step")
    kiosk.page.reload()
    kiosk.wait("attract")
    kiosk.wait_until_sent()
    (answer,) = server.taken.values()
    assert (answer["value"], answer["question"]) == (0, "satisfaction")


def test_a_thousand_presses_by_a_child_break_nothing(kiosk: Tablet, server: KioskServer):
    kiosk.page.evaluate(
        """async () => {
          const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
          for (let press = 0; press < 1000; press += 1) {
            const all = [...document.querySelectorAll("#screen button, #bar [lang]")];
            const one = all[(press * 7919) % all.length];
            one?.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }));
            one?.click();
            if (press % 5 === 0) await pause();
          }
        }"""
    )
    kiosk.page.wait_for_timeout(500)
    kiosk.wait_until_sent()
    sequences = sorted(answer["seq"] for answer in server.taken.values())
    assert sequences == list(range(1, len(sequences) + 1))
    smileys = [a["visit"] for a in server.taken.values() if a["question"] == "satisfaction"]
    assert len(smileys) == len(set(smileys)) > 3
    kiosk.page.reload()
    kiosk.wait("attract")


# --- Nobody there -----------------------------------------------------------------------------


@pytest.fixture
def watched(browser: Browser, server: KioskServer) -> Iterator[Tablet]:
    """A kiosk whose time the test makes pass."""
    with tablet(browser, server) as shown:
        shown.page.clock.install()
        shown.open("/borne/")
        shown.wait("pairing")
        shown.page.keyboard.type("ABCD2345")
        shown.page.get_by_role("button", name="Relier").click()
        expect(shown.page.locator(".face-key")).to_have_count(4)
        shown.page.clock.run_for(500)
        yield shown
        assert shown.complaints() == []


def warning_is_open(shown: Tablet) -> bool:
    return bool(shown.page.evaluate("document.getElementById('warning').open"))


def test_the_warning_comes_after_20_s_and_lasts_20_s(watched: Tablet, server: KioskServer):
    watched.face(2)
    expect(watched.page.locator(".step")).to_be_visible()
    watched.page.clock.run_for(19_500)
    assert not warning_is_open(watched)
    watched.page.clock.run_for(1_000)
    assert warning_is_open(watched)
    dialogue = watched.page.get_by_role("dialog")
    expect(dialogue).to_contain_text("Êtes-vous encore là")
    expect(dialogue).to_contain_text("Ce que vous avez touché est enregistré.")
    watched.page.clock.run_for(18_500)
    assert warning_is_open(watched)
    watched.page.clock.run_for(2_000)
    assert not warning_is_open(watched)
    expect(watched.page.locator(".face-key")).to_have_count(4)


def test_the_warning_is_said_aloud_whoever_listens(watched: Tablet):
    watched.page.evaluate(
        """() => {
          globalThis.said = [];
          speechSynthesis.getVoices = () => [{ lang: "fr-FR" }];
          globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
          speechSynthesis.speak = (one) => { said.push(one.text); one.onend(); };
        }"""
    )
    watched.face(2)
    expect(watched.page.locator(".step")).to_be_visible()
    assert watched.page.evaluate("said") == []
    watched.page.clock.run_for(21_000)
    watched.page.wait_for_function("said.length === 1")
    assert watched.page.evaluate("said[0]").startswith("Êtes-vous encore là")


def test_the_warning_can_be_put_off_ten_times(watched: Tablet):
    watched.face(2)
    expect(watched.page.locator(".step")).to_be_visible()
    for _time in range(10):
        watched.page.clock.run_for(39_000)
        assert warning_is_open(watched)
        watched.page.locator("#warning button").tap()
        assert not warning_is_open(watched)
        assert watched.screen == "step"
    watched.page.clock.run_for(21_000)
    assert warning_is_open(watched)
    expect(watched.page.locator("#warning button")).to_be_hidden()
    watched.page.clock.run_for(20_000)
    expect(watched.page.locator(".face-key")).to_have_count(4)


def test_a_press_anywhere_answers_the_warning_and_does_nothing_else(
    watched: Tablet, server: KioskServer
):
    watched.face(2)
    expect(watched.page.locator(".step")).to_be_visible()
    watched.page.clock.run_for(21_000)
    watched.page.mouse.click(200, 450)
    assert not warning_is_open(watched)
    assert watched.screen == "step"
    assert watched.page.locator("#screen [aria-pressed=true]").count() == 0


def test_an_abandoned_screen_keeps_what_was_ticked_and_forgets_what_was_typed(
    watched: Tablet, server: KioskServer
):
    watched.face(2)
    expect(watched.page.locator(".step")).to_be_visible()
    watched.page.clock.run_for(500)
    watched.tap("L’attente")
    watched.page.clock.run_for(41_000)
    expect(watched.page.locator(".face-key")).to_have_count(4)
    watched.page.clock.run_for(500)
    watched.face(3)
    expect(watched.page.locator(".step")).to_be_visible()
    watched.page.clock.run_for(500)
    watched.tap("Passer")
    expect(watched.page.locator("textarea")).to_be_visible()
    watched.page.locator("textarea").fill("Un secret")
    watched.page.clock.run_for(41_000)
    expect(watched.page.locator(".face-key")).to_have_count(4)
    watched.page.clock.run_for(1_000)
    watched.wait_until_sent()
    assert [answer["value"] for answer in server.taken.values()] == [2, 1, 3]
    assert "secret" not in json.dumps([*server.taken.values()])
    assert "secret" not in watched.page.content()


def test_another_language_left_behind_is_put_back(watched: Tablet):
    watched.tap("English")
    expect(watched.page.get_by_role("heading", level=1)).to_have_text("How was your visit today?")
    watched.tap("Contrast")
    watched.page.clock.run_for(21_000)
    expect(watched.page.get_by_role("heading", level=1)).to_contain_text("Comment s’est passée")
    assert watched.page.evaluate("document.documentElement.dataset.contrast ?? null") is None


# --- Everybody ----------------------------------------------------------------------------------


def examined(kiosk: Tablet) -> list[str]:
    """What axe finds in light, in dark and with more contrast; what is under 72 px."""
    found = kiosk.faults("light") + kiosk.faults("dark", ["color-contrast"]) + kiosk.sideways()
    kiosk.page.evaluate("document.documentElement.dataset.contrast = 'high'")
    found += kiosk.faults("light", ["color-contrast"])
    kiosk.page.evaluate("delete document.documentElement.dataset.contrast")
    small = kiosk.page.evaluate(
        """() => [...document.querySelectorAll("button, textarea")]
          .filter((one) => one.offsetParent)
          .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
          .filter(([, box]) => box.width < 72 || box.height < 72)
          .map(([name, box]) => `${name}: ${box.width} × ${box.height}`)"""
    )
    return found + [f"{kiosk.screen}: {one} is small" for one in small]


def high_targets(kiosk: Tablet) -> list[str]:
    """Controls of this screen that begin above its lower 62 %."""
    return list(
        kiosk.page.evaluate(
            """() => [...document.querySelectorAll("#screen button, #screen textarea, #bar button")]
              .filter((one) => one.offsetParent)
              .filter((one) => one.getBoundingClientRect().top < innerHeight * 0.38)
              .map((one) => one.textContent || one.tagName)"""
        )
    )


@pytest.mark.looks
@pytest.mark.parametrize("device", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
def test_axe_finds_nothing_and_every_target_is_large_and_low(
    browser: Browser, server: KioskServer, device: dict[str, object]
):
    document = every_kind()
    with tablet(browser, server, device) as kiosk:
        kiosk.open("/borne/")
        kiosk.wait("pairing")
        assert examined(kiosk) == []
        kiosk.page.keyboard.type("ABCD2345")
        kiosk.tap("Relier")
        for _round in range(2):
            kiosk.wait("attract")
            assert examined(kiosk) + high_targets(kiosk) == []
            kiosk.face(2)
            kiosk.wait("step")
            while kiosk.screen == "step":
                assert examined(kiosk) + high_targets(kiosk) == []
                kiosk.page.wait_for_timeout(400)
                kiosk.tap("Passer")
                kiosk.page.wait_for_timeout(100)
            assert examined(kiosk) + high_targets(kiosk) == []
            server.configuration = configuration(document=document, configuration=2)
            kiosk.page.reload()
        kiosk.page.evaluate("document.getElementById('warning').showModal()")
        kiosk.page.evaluate("document.querySelector('#warning h2').textContent = 'Toujours là ?'")
        kiosk.page.evaluate("document.querySelector('#warning button').textContent = 'Oui'")
        assert kiosk.faults("light") == []
        kiosk.page.evaluate("document.getElementById('warning').close()")
        kiosk.page.keyboard.down("Escape")
        kiosk.wait("maintenance")
        kiosk.page.keyboard.up("Escape")
        assert examined(kiosk) == []
        kiosk.page.get_by_label("Nom de la borne").fill("borne  du HALL")
        kiosk.tap("Ouvrir")
        expect(kiosk.page.locator("[data-fact=queue]")).not_to_be_empty()
        assert examined(kiosk) == []
        assert kiosk.complaints() == []


def test_a_visit_by_keyboard_alone(kiosk: Tablet, server: KioskServer):
    page = kiosk.page
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".face-key:focus")).to_have_text("Plutôt mal")
    page.keyboard.press("Enter")
    kiosk.wait("step")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".chip[aria-pressed=true]")).to_have_text("L’attente")
    while page.evaluate("document.activeElement.textContent") != "Continuer":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("textarea").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type("À la main")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Une idée")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    kiosk.wait("thanks")
    kiosk.wait_until_sent()
    assert [answer["value"] for answer in server.taken.values()] == [1, 1, 1]


def choose_switches(kiosk: Tablet, name: str) -> None:
    kiosk.page.keyboard.down("Escape")
    kiosk.wait("maintenance")
    kiosk.page.keyboard.up("Escape")
    kiosk.page.get_by_label("Nom de la borne").fill("Borne du hall")
    kiosk.tap("Ouvrir")
    kiosk.page.get_by_role("button", name=name).tap()
    kiosk.tap("Revenir aux visages")
    kiosk.wait("attract")


def test_a_visit_with_two_switches(kiosk: Tablet, server: KioskServer):
    choose_switches(kiosk, "Deux\u00a0: espace avance")
    page = kiosk.page
    for _press in range(4):
        page.keyboard.press("Space")
    expect(page.locator(".face-key:focus")).to_have_text("Très bien")
    page.keyboard.press("Enter")
    kiosk.wait("step")
    for _step in range(3):
        while page.evaluate("document.activeElement.textContent") != "Passer":
            page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_timeout(100)
    kiosk.wait("thanks")
    kiosk.wait_until_sent()
    assert [answer["value"] for answer in server.taken.values()] == [3]
    assert kiosk.meta("settings") == {"scanning": "two"}


def test_a_visit_with_one_switch(kiosk: Tablet, server: KioskServer):
    choose_switches(kiosk, "Un seul\u00a0: le cadre avance")
    page = kiosk.page
    page.keyboard.press("Enter")
    expect(page.locator(".face-key:focus")).to_have_text("Plutôt mal")
    page.keyboard.press("Enter")
    kiosk.wait("step")
    expect(page.locator(".ways .key:focus")).to_have_text("Passer", timeout=30_000)
    page.keyboard.press("Enter")
    expect(page.locator("textarea")).to_be_visible()
    kiosk.wait_until_sent()
    assert [answer["value"] for answer in server.taken.values()] == [1]


def test_a_right_to_left_language_turns_the_screen(browser: Browser, server: KioskServer):
    server.configuration = configuration(document=in_arabic())
    with tablet(browser, server) as kiosk:
        kiosk.pair()
        kiosk.tap("العربية")
        expect(kiosk.page.locator("html[lang=ar][dir=rtl]")).to_have_count(1)
        expect(kiosk.page.locator(".hint")).to_contain_text("مجهول")
        kiosk.page.wait_for_timeout(400)
        kiosk.face(1)
        kiosk.wait("step")
        kiosk.wait_until_sent()
        (answer,) = server.taken.values()
        assert answer["language"] == "ar"
        assert kiosk.sideways() == []


def test_listening_says_the_sound_files_in_the_order_of_the_screen(
    browser: Browser, server: KioskServer
):
    """The sounds of the configuration come first; what has none is left to the browser's voice."""
    with tablet(browser, server) as kiosk:
        kiosk.page.add_init_script(
            """globalThis.said = [];
            speechSynthesis.getVoices = () => [{ lang: "fr-FR" }];
            globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
            speechSynthesis.speak = (one) => { said.push(one.text); one.onend(); };"""
        )
        kiosk.pair()
        kiosk.tap("Écouter")
        kiosk.page.wait_for_function("said.length >= 6")
        said = kiosk.page.evaluate("said")
        assert said[0].startswith("Comment s’est passée")
        assert said[2:6] == ["Très mal", "Plutôt mal", "Plutôt bien", "Très bien"]
        kiosk.face(0)
        kiosk.wait("step")
        # Who listens goes on listening.
        kiosk.page.wait_for_function("said.some((text) => text.includes('a compté'))")
