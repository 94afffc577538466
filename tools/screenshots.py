"""Photograph the main pages of a fresh demonstration for the README: `make screenshots`.

Builds a demonstration of its own in a temporary folder, serves it on a free port, and writes
`docs/images/*.png`. The same seed gives the same people and figures; only dates follow today.
The poster is a PDF: Debian's poppler draws it, and reads the codes of printed ballots.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

from parvis.live_sessions.codes import new_secret, token_of

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PARVIS = Path(sys.executable).with_name("parvis")

DESK: ViewportSize = {"width": 1280, "height": 960}
PHONE: ViewportSize = {"width": 390, "height": 844}
LANDSCAPE: ViewportSize = {"width": 1024, "height": 768}
PORTRAIT: ViewportSize = {"width": 800, "height": 1280}
# A screen in a hall.
WALL: ViewportSize = {"width": 1280, "height": 720}
# Where the kiosk is photographed and the poster printed, as the demonstration names them.
KIOSK_TOUCHPOINT = "Accueil"
POSTER_TOUCHPOINT = "Médiathèque"
POSTER_DPI = 72
# The polls photographed: one closed, with results, and one in which a printed code still votes.
CLOSED_POLL = "Six mois après"
OPEN_POLL = "Un an après"
# The live session photographed, how many answer in it, and with which words.
READY_SESSION = "Réunion de rentrée"
ROOM = 32
ROOM_WORDS = (
    *("chaleureux", "humain", "débordé", "humain", "souriant", "patient", "pressé"),
    *("chaleureux", "à l’écoute", "humain", "inégal", "clair", "bruyant"),
)


@dataclass(frozen=True)
class Shot:
    """A picture: who looks, from which device, and the links they follow from the home page."""

    name: str
    persona: str
    path: str
    follow: tuple[str, ...] = ()
    device: str = "desk"
    # How far down the page the picture begins, in pixels.
    scroll: int = 0

    @property
    def size(self) -> ViewportSize:
        return {"phone": PHONE, "wall": WALL}.get(self.device, DESK)


SHOTS = (
    Shot("home", "", "/"),
    Shot("results", "coordinatrice", "/resultats/", ("ensemble des vagues",)),
    Shot("field", "citoyenne-mystere", "/terrain/", ("téléphone",), device="phone", scroll=1160),
    Shot("review", "relecteur", "/terrain/relecture/", ("Téléphone",)),
    Shot("board", "operatrice", "/editions/gestion/", ("2027",)),
    Shot("directory", "", "/annuaire/?q=st+etienne"),
    Shot("feedback", "coordinatrice", "/ecoute/tableau/?periode=90j", scroll=700),
    Shot("wall", "coordinatrice", "/ecoute/mur/?vue=1", device="wall"),
)


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {**os.environ, "PARVIS_HOME": home}
        subprocess.run([PARVIS, "demo", "--no-serve"], env=environment, check=True)
        server = subprocess.Popen([PARVIS, "serve", "--port", str(port)], env=environment)
        try:
            base_url = f"http://127.0.0.1:{port}"
            wait_for(f"{base_url}/sante")
            take_all(base_url)
        finally:
            server.terminate()
            server.wait()
    return 0


def wait_for(url: str) -> None:
    for _attempt in range(150):
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(url)


def take_all(base_url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for shot in SHOTS:
            context = browser.new_context(
                viewport=shot.size,
                reduced_motion="reduce",
                locale="fr-FR",
            )
            page = context.new_page()
            reach(page, base_url, shot)
            page.mouse.wheel(0, shot.scroll)
            page.wait_for_timeout(300)
            page.screenshot(path=IMAGES / f"{shot.name}.png")
            print(f"docs/images/{shot.name}.png")
            context.close()
        take_kiosk(browser, base_url)
        take_poster(browser, base_url)
        take_polls(browser, base_url)
        take_session(browser, base_url)
        take_consultations(browser, base_url)
        browser.close()


def take_kiosk(browser: Browser, base_url: str) -> None:
    """Pair a tablet as a coordinator does, and photograph it both ways round; then a phone."""
    desk = browser.new_context(viewport=DESK, locale="fr-FR")
    page = desk.new_page()
    reach(page, base_url, Shot("", "coordinatrice", "/ecoute/points/"))
    for name in (KIOSK_TOUCHPOINT, "Ajouter une borne"):
        with page.expect_navigation():
            page.locator("main").get_by_role("link", name=name).first.click()
    page.get_by_label("nom de la borne").fill("Photographie")
    with page.expect_navigation():
        page.get_by_role("button", name="Obtenir le code").click()
    code = page.locator(".pairing-code [aria-hidden]").inner_text().replace("-", "")
    desk.close()
    tablet = browser.new_context(
        viewport=LANDSCAPE, has_touch=True, reduced_motion="reduce", locale="fr-FR"
    )
    page = tablet.new_page()
    page.goto(f"{base_url}/borne/")
    page.locator(".keys .key").first.wait_for()
    page.keyboard.type(code)
    page.get_by_role("button", name="Relier").click()
    page.locator(".face-key").first.wait_for()
    touchpoint = page.evaluate(
        """async () => {
          const store = await import(`${location.origin}/static/feedback/kiosk/store.js`);
          return (await store.get("configuration")).touchpoint.code;
        }"""
    )
    for name, size in (("kiosk-landscape", LANDSCAPE), ("kiosk-portrait", PORTRAIT)):
        page.set_viewport_size(size)
        page.wait_for_timeout(500)
        page.screenshot(path=IMAGES / f"{name}.png")
        print(f"docs/images/{name}.png")
    tablet.close()
    phone = browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)
    page = phone.new_page()
    page.goto(f"{base_url}/avis/{touchpoint}/")
    page.screenshot(path=IMAGES / "phone.png")
    print("docs/images/phone.png")
    phone.close()


def take_poster(browser: Browser, base_url: str) -> None:
    """Download a poster as a coordinator does, and draw its one page."""
    desk = browser.new_context(viewport=DESK, locale="fr-FR")
    page = desk.new_page()
    reach(page, base_url, Shot("", "coordinatrice", "/ecoute/points/", (POSTER_TOUCHPOINT,)))
    with page.expect_download() as waited:
        page.get_by_role("link", name="Affiche A4").click()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as pdf:
        waited.value.save_as(pdf.name)
        command = ["pdftoppm", "-png", "-singlefile", "-r", str(POSTER_DPI), pdf.name]
        subprocess.run([*command, str(IMAGES / "poster")], check=True)
    print("docs/images/poster.png")
    desk.close()


def take_polls(browser: Browser, base_url: str) -> None:
    """Results and a new poll at a desk; on a phone a card, then what is revealed, in the dark."""
    desk = browser.new_context(viewport=DESK, reduced_motion="reduce", locale="fr-FR")
    page = desk.new_page()
    reach(page, base_url, Shot("", "coordinatrice", "/sondages/", (CLOSED_POLL,)))
    page.goto(f"{page.url}resultats/")
    show(page.locator("section.card").nth(1))
    take(page, "poll-results")
    reach(page, base_url, Shot("", "", "/sondages/", (OPEN_POLL,)))
    (path,) = re.findall(r"/sondage/\w+", page.locator(".to-type").inner_text())
    with page.expect_navigation():
        page.get_by_role("link", name="Bulletins à imprimer").click()
    page.get_by_label("Bulletins à imprimer").first.fill("1")
    with page.expect_download() as waited:
        page.get_by_role("button", name="la planche").first.click()
    command = ["pdftotext", str(waited.value.path()), "-"]
    sheet = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    code = re.findall(r"\b\w{4}-\w{4}-\w{4}\b", sheet)[0]
    reach(page, base_url, Shot("", "", "/sondages/", ("Préparer un sondage",)))
    page.get_by_label("Titre du sondage").fill("Notre accueil, vu de l’intérieur")
    with page.expect_navigation():
        page.get_by_role("button", name="Créer le brouillon").click()
    page.goto(f"{page.url}cartes/")
    take(page, "poll-composer")
    desk.close()
    phone = browser.new_context(
        viewport=PHONE, has_touch=True, reduced_motion="reduce", locale="fr-FR"
    )
    page = phone.new_page()
    page.goto(f"{base_url}{path}/")
    page.get_by_label("Code à douze signes").fill(code)
    page.get_by_role("button", name="Répondre").click()
    page.get_by_role("button", name="D’accord", exact=True).click()
    page.locator(".poll-crowd span").nth(6).click()
    take(page, "poll-phone")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{base_url}{path}/resultats/")
    show(page.locator("h1"))
    take(page, "poll-reveal")
    phone.close()


def take_session(browser: Browser, base_url: str) -> None:
    """A room: its console while a card is answered, a phone, then the words on the big screen."""
    desk = browser.new_context(viewport=DESK, reduced_motion="reduce", locale="fr-FR")
    page = desk.new_page()
    reach(page, base_url, Shot("", "coordinatrice", "/seances/", (READY_SESSION,)))
    for name in ("Ouvrir la salle", "Poser la première carte"):
        with page.expect_navigation():
            page.get_by_role("button", name=name).click()
    (code,) = re.findall(r"/seance/(\w+)/", page.content())[:1]
    for place in range(ROOM):
        words = [ROOM_WORDS[place % len(ROOM_WORDS)], ROOM_WORDS[place * place % len(ROOM_WORDS)]]
        token = token_of(new_secret(), code=code, number=1)
        page.request.post(
            f"{base_url}/seance/{code}/vote",
            data={"round": 1, "token": token, "answer": words},
        )
    phone = browser.new_context(
        viewport=PHONE, has_touch=True, reduced_motion="reduce", locale="fr-FR"
    )
    on_phone = phone.new_page()
    on_phone.goto(f"{base_url}/seance/{code}/")
    on_phone.get_by_label("Mot 1").fill("chaleureux")
    take(on_phone, "live-phone")
    phone.close()
    page.reload()
    take(page, "live-console")
    for name in ("Clore le vote", "Relire ce que la salle a écrit", "Montrer à la salle"):
        with page.expect_navigation():
            page.get_by_role("button", name=name).click()
    desk.close()
    wall = browser.new_context(viewport=WALL, reduced_motion="reduce", locale="fr-FR")
    page = wall.new_page()
    page.goto(f"{base_url}/seance/{code}/ecran/")
    take(page, "live-screen")
    wall.close()


def take_consultations(browser: Browser, base_url: str) -> None:
    """Ideas, a statement on a phone, the groups once one has judged enough, a budget decided."""
    desk = browser.new_context(viewport=DESK, reduced_motion="reduce", locale="fr-FR")
    page = desk.new_page()

    def enter(title: str) -> None:
        page.goto(f"{base_url}/participer/")
        page.get_by_role("link", name=title).click()

    enter("Vos idées pour le centre")
    page.get_by_role("link", name="Participer").click()
    page.get_by_label("Ordre").select_option(label="Les plus soutenues")
    page.get_by_role("button", name="Filtrer").click()
    show(page.locator("h1"))
    take(page, "consultation-ideas")
    enter("Budget participatif")
    page.get_by_role("link", name="Ce qui est décidé, et pourquoi").click()
    show(page.get_by_role("heading", name="Ce que le vote a retenu"))
    take(page, "consultation-budget")
    enter("Quelle place pour la voiture")
    page.get_by_role("link", name="Participer").click()
    opinions = page.url
    phone = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce", locale="fr-FR"
    )
    on_phone = phone.new_page()
    on_phone.goto(opinions)
    show(on_phone.locator("h1"))
    take(on_phone, "consultation-phone")
    phone.close()
    for number in range(1, 8):
        name = "D’accord" if number % 3 else "Passer"
        page.get_by_role("button", name=name, exact=True).click()
        page.locator("[data-count]").get_by_text(str(number), exact=True).wait_for()
    page.goto(f"{opinions}groupes/")
    show(page.locator("h1"))
    take(page, "consultation-groups")
    desk.close()


def show(part: Locator) -> None:
    """Scroll until it is at the top, under a little room."""
    part.evaluate("one => scrollBy(0, one.getBoundingClientRect().top - 24)")


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def reach(page: Page, base_url: str, shot: Shot) -> None:
    if shot.persona:
        page.goto(f"{base_url}/demonstration/")
        with page.expect_navigation():
            page.locator(f"button[value={shot.persona}]").click()
    page.goto(base_url + shot.path)
    for name in shot.follow:
        with page.expect_navigation():
            page.locator("main").get_by_role("link", name=name).first.click()


if __name__ == "__main__":
    sys.exit(main())
