"""The participant's report: pages, tags, identifiers, fonts, and texts that try to break it."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from parvis.documents.charts import IntervalRow, ScaleError
from parvis.documents.participant_report import (
    ContactLine,
    CriterionScore,
    Notice,
    OutcomeSign,
    OverallScore,
    ReportTable,
    ScoreSection,
    render_participant_report,
)
from parvis.documents.tests.sample_report import contacts, sample_report, words

HOSTILE = (
    "#set page(fill: red) $x$ <script>alert(\"1\")</script> *gras* @ref 'q' \\u{41} // c 🎉 é ﷽"
)
LONG_WORD = "X" * 120


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def squeezed(document: PdfReader) -> str:
    """Return the text of all pages without blanks: where a line is cut is not the point."""
    return "".join("".join(page.extract_text() for page in document.pages).split())


def structure(node: object) -> list[DictionaryObject]:
    """List every element of the structure tree that tags the document."""
    if isinstance(node, IndirectObject):
        node = node.get_object()
    if isinstance(node, ArrayObject):
        return [found for child in node for found in structure(child)]
    if isinstance(node, DictionaryObject):
        return [node, *structure(node.get("/K"))]
    return []


@pytest.fixture(scope="module")
def document() -> PdfReader:
    return read(render_participant_report(sample_report()))


@pytest.mark.parametrize("contact_count", [0, 22, 24, 44, 48])
def test_ordinary_report_has_four_pages(contact_count):
    content = render_participant_report(sample_report(contact_count))
    assert len(read(content).pages) == 4


def test_report_says_its_title_and_language(document):
    assert document.metadata.title == "Ville de Sainte-Marie-des-Prés : résultats de la vague 1"
    assert document.trailer["/Root"]["/Lang"] == "fr"
    assert document.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]


def test_report_declares_accessibility_and_archiving(document):
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    xmp = document.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp


def test_every_figure_has_its_alternative_text(document):
    elements = structure(document.trailer["/Root"]["/StructTreeRoot"])
    figures = [element for element in elements if element.get("/S") == "/Figure"]
    assert len(figures) == 4
    assert all(figure.get("/Alt") for figure in figures)
    assert any("Le courriel tire votre score" in str(figure.get("/Alt")) for figure in figures)
    kinds = {element.get("/S") for element in elements}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= kinds


def test_only_our_font_is_embedded(document):
    fonts = {
        (font.get_object()["/BaseFont"], str(font.get_object()["/DescendantFonts"][0].get_object()))
        for page in document.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("AtkinsonHyperlegibleNext" in name for name, _ in fonts)
    assert all("FontDescriptor" in described for _, described in fonts)


def test_report_holds_what_it_was_given(document):
    text = squeezed(document)
    for said in (
        "Ce qui est certain",
        "68 sur 100",
        "Entre 62 et 74, avec une confiance de 95 %.",
        "Vos réponses aux courriels sont au-dessus",
        "6 sur 6 (61–100 %)",
        "▲ au-dessus",
        "✕ sans réponse à 15 jours",
        "Décroché avant cinq sonneries",
        "Comment lire ce rapport",
        "9f2b" * 16,
    ):
        assert "".join(said.split()) in text


def test_simulation_stands_on_every_page(document):
    assert all("Simulation" in page.extract_text() for page in document.pages)
    real = read(render_participant_report(sample_report(simulation="")))
    assert not any("Simulation" in page.extract_text() for page in real.pages)


def test_same_report_gives_same_bytes():
    assert render_participant_report(sample_report()) == render_participant_report(sample_report())


def test_hostile_text_comes_out_verbatim_everywhere():
    section = ScoreSection(
        HOSTILE, HOSTILE, (IntervalRow(HOSTILE, 50, 40, 60, 55),), words(HOSTILE)
    )
    report = sample_report(
        title=HOSTILE,
        organisation=HOSTILE,
        certain=(HOSTILE,),
        channels=section,
        stages=section,
        determinants=section,
        reply_times=ReportTable(HOSTILE, HOSTILE, (HOSTILE,), ((HOSTILE,),)),
        strongest=(CriterionScore(HOSTILE, HOSTILE, 1),),
        contacts=(ContactLine(HOSTILE, HOSTILE, HOSTILE, HOSTILE, OutcomeSign.MET, 50),),
        notices=(Notice(HOSTILE, (HOSTILE,)),),
    )
    document = read(render_participant_report(report))
    expected = "".join(HOSTILE.replace("🎉", "\ufffd").replace("﷽", "\ufffd").split())
    # Headings, sentences, tables and drawings: each place above shows it at least once.
    assert squeezed(document).count(expected) >= 15
    assert document.metadata.title == HOSTILE.replace("🎉", "\ufffd").replace("﷽", "\ufffd")


def test_endless_words_and_many_contacts_take_more_pages_and_lose_nothing():
    line = replace(contacts(1)[0], request=LONG_WORD)
    report = sample_report(organisation=LONG_WORD, certain=(LONG_WORD,) * 3, contacts=(line,) * 30)
    document = read(render_participant_report(report))
    assert len(document.pages) > 4
    assert squeezed(document).count("X") >= 120 * 34
    assert "Traçabilité" in squeezed(document)


def test_very_long_name_of_a_real_kind_still_makes_four_pages():
    name = (
        "Syndicat intercommunal à vocation multiple de Saint-Remy-en-Bouzemont-Saint-Genest-et-"
        "Isson et des communes environnantes du Perthois, du Bocage et du Der"
    )
    document = read(render_participant_report(sample_report(organisation=name)))
    assert len(document.pages) == 4
    assert "".join(name.split()) in squeezed(document)


def test_report_without_overall_score_nor_spread_says_so_and_draws_neither():
    missing = OverallScore(None, "sur 100", ("Trop peu de canaux évalués.",))
    document = read(render_participant_report(sample_report(overall=missing, spread=None)))
    cover = document.pages[0].extract_text()
    assert len(document.pages) == 4
    assert "Trop peu de canaux évalués." in cover
    assert "sur 100" not in cover
    assert "un autre participant" not in cover


def test_english_report_is_marked_english():
    document = read(render_participant_report(sample_report(language="en")))
    assert document.trailer["/Root"]["/Lang"] == "en"


@pytest.mark.parametrize(
    "build",
    [
        lambda: OverallScore(101, "sur 100", ()),
        lambda: CriterionScore("x", "y", -1),
        lambda: ContactLine("a", "b", "c", "d", OutcomeSign.MET, float("nan")),
    ],
)
def test_score_off_the_scale_is_refused(build):
    with pytest.raises(ScaleError):
        build()


def test_table_with_a_short_row_is_refused():
    with pytest.raises(ValueError, match="one cell per header"):
        ReportTable("Délais", "", ("a", "b"), (("1",),))
