"""PDF making: what any document of the room guarantees, shown on small templates of the tests."""

import io
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from parvis.documents import pdf
from parvis.documents.pdf import DocumentError, DocumentIdentity, compile_pdf, printable

IDENTITY = DocumentIdentity(
    title="Un titre", author="Parvis", language="fr", made_at=datetime(2026, 3, 2, 9, tzinfo=UTC)
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture
def write_template(tmp_path, monkeypatch):
    """Compile from a folder of the test's own, which has the look of the real one."""
    shutil.copy(pdf.TEMPLATE_FOLDER / "page.typ", tmp_path)
    monkeypatch.setattr(pdf, "TEMPLATE_FOLDER", tmp_path)
    monkeypatch.setattr(pdf, "_compilers", threading.local())

    def write(body: str) -> None:
        frame = '#import "page.typ": *\n#show: document-frame\n#heading(level: 1, data.title)\n'
        (tmp_path / "probe.typ").write_text(frame + body, encoding="utf-8")

    return write


def probe(data=None, images=None, identity=IDENTITY) -> bytes:
    data = {"title": "Titre", **(data or {})}
    return compile_pdf("probe.typ", identity=identity, data=data, images=images)


def text_of(content: bytes) -> str:
    return " ".join(
        " ".join(p.extract_text() for p in PdfReader(io.BytesIO(content)).pages).split()
    )


@pytest.mark.parametrize(
    "hostile",
    [
        '#set page(fill: red) #import "page.typ" #panic()',
        "$x^2$ *gras* _penché_ `code` @ref <étiquette> // fin /* bloc */ \\u{41}",
        "<script>alert(1)</script> \" ' & ; %00 {{ x }} {% y %}",
        "= pas un titre",
    ],
)
def test_text_comes_out_as_it_was_written(write_template, hostile):
    write_template("#data.said")
    assert hostile in text_of(probe({"said": hostile}))


def test_characters_without_a_glyph_are_replaced_and_do_not_stop_the_document(write_template):
    write_template("#data.said")
    assert "avant \ufffd \ufffd après" in text_of(probe({"said": "avant 👩‍👩‍👧 北京 après"}))


def test_place_names_of_polynesia_are_written(write_template):
    write_template("#data.said")
    assert "Baie d’Ōpunohu, Rōpū" in text_of(probe({"said": "Baie d’Ōpunohu, Rōpū"}))


def test_image_without_alternative_text_is_refused(write_template):
    write_template('#picture("mark")')
    with pytest.raises(DocumentError, match="alt"):
        probe(images={"mark": SVG})


def test_image_with_alternative_text_is_placed(write_template):
    write_template('#picture("mark", alt: data.title)')
    assert probe(images={"mark": SVG}).startswith(b"%PDF-")


def test_raster_image_is_placed(write_template):
    from PIL import Image

    png = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(png, "PNG")
    write_template('#picture("photo", alt: data.title)')
    document = PdfReader(io.BytesIO(probe(images={"photo": png.getvalue()})))
    assert len(document.pages[0].images) == 1


def test_skipped_heading_level_is_refused(write_template):
    write_template("#heading(level: 3)[trop bas]")
    with pytest.raises(DocumentError, match="heading"):
        probe()


def test_fault_of_a_template_is_told_with_its_place(write_template):
    write_template("#data.absent")
    with pytest.raises(DocumentError, match=r"probe\.typ"):
        probe()


@pytest.mark.parametrize("name", ["absent.typ", ""])
def test_absent_template_is_refused(name):
    with pytest.raises(DocumentError, match="no document template"):
        compile_pdf(name, identity=IDENTITY, data={})


def test_number_that_is_none_is_refused(write_template):
    write_template("#data.value")
    with pytest.raises(ValueError, match="JSON"):
        probe({"value": float("nan")})


def test_title_and_time_zone_are_required():
    with pytest.raises(DocumentError, match="title"):
        DocumentIdentity(" ", "Parvis", "fr", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(DocumentError, match="time zone"):
        DocumentIdentity("t", "Parvis", "fr", datetime(2026, 1, 1))  # noqa: DTZ001


def test_only_the_instant_given_dates_the_document(write_template):
    write_template("#data.title")
    later = DocumentIdentity("Un titre", "Parvis", "fr", IDENTITY.made_at + timedelta(hours=1))
    assert probe() == probe()
    assert probe() != probe(identity=later)
    assert PdfReader(io.BytesIO(probe())).metadata.creation_date == IDENTITY.made_at


def test_one_document_leaves_nothing_in_the_next(write_template):
    write_template("#data.said")
    first = probe({"said": "premier"})
    assert "premier" not in text_of(probe({"said": "second"}))
    assert probe({"said": "premier"}) == first


def test_threads_make_the_same_document(write_template):
    write_template("#data.title")
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: probe(), range(8))) == {probe()}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("e\u0301", "é"),
        ("Taputapuātea, Ōpunohu", "Taputapuātea, Ōpunohu"),
        ("a\x00b\u200bc\u00add", "abcd"),
        ("1\u202f000\u00a0€", "1\u202f000\u00a0€"),
        ("👍🏽!", "\ufffd!"),
        ("le 6ᵉ, № 3, ﬁn, Hạ Long, x\u0304", "le 6e, No 3, fin, Ha Long, x"),
        ("a\ud800b", "a\ufffdb"),
        ("ligne\nligne", "ligne\nligne"),
    ],
)
def test_printable_keeps_what_can_be_written(text, written):
    assert printable(text) == written
