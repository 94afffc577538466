"""The template that shows a chart on a page: its words, its table, and nothing that could run."""

import re

from django.template.loader import render_to_string

from parvis.documents.charts import Chart, IntervalRow, interval_bar
from parvis.documents.tests.sample_report import CHANNELS, words

HOSTILE = "<img src=x onerror=alert(1)>"


def page(chart: Chart) -> str:
    return render_to_string("documents/chart.html", {"chart": chart})


def chart_of(*rows: IntervalRow, title: str = "Titre") -> Chart:
    return interval_bar(
        identifier="channels", title=title, description="D", rows=rows, words=words("Canal")
    )


def test_title_legend_and_figures_are_written_in_words():
    html = page(chart_of(*CHANNELS.rows, title=CHANNELS.finding))
    assert CHANNELS.finding in html
    for said in ("moyenne des participants", "hors de l’attendu", "▼ en dessous", "16–50"):
        assert said in html
    assert html.count('scope="row"') == len(CHANNELS.rows)
    assert html.count('scope="col"') == 5


def test_hostile_words_stay_words_under_a_strict_policy():
    html = page(chart_of(IntervalRow(HOSTILE, 50, 40, 60, 55), title=HOSTILE))
    assert "<img" not in html
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html.replace("x onerror=", ""))
