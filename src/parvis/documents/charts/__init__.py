"""Charts of the recurring forms, as SVG without script or inline style, each with its table.

The same function draws for the page (`Theme.SCREEN`: classes, fluid width) and for the report
(`Theme.PAPER`: explicit colours, fixed width), so both always show the same thing. A chart holds no
word of its own: titles, legends and headers come translated from the caller.
"""

from parvis.documents.charts.chart import Chart, ChartTable, LegendEntry
from parvis.documents.charts.dot_strip import DotStripWords, dot_strip
from parvis.documents.charts.drawing import Theme
from parvis.documents.charts.group_map import GroupMapWords, GroupMark, group_map
from parvis.documents.charts.heat_map import HeatCell, HeatMapWords, heat_map
from parvis.documents.charts.interval_bar import (
    IntervalRow,
    IntervalWords,
    Position,
    interval_bar,
)
from parvis.documents.charts.scale import ScaleError
from parvis.documents.charts.trend import TrendPoint, TrendWords, trend_band

__all__ = [
    "Chart",
    "ChartTable",
    "DotStripWords",
    "GroupMapWords",
    "GroupMark",
    "HeatCell",
    "HeatMapWords",
    "IntervalRow",
    "IntervalWords",
    "LegendEntry",
    "Position",
    "ScaleError",
    "Theme",
    "TrendPoint",
    "TrendWords",
    "dot_strip",
    "group_map",
    "heat_map",
    "interval_bar",
    "trend_band",
]
