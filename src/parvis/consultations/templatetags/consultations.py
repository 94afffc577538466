"""Filters of the pages of consultations."""

from __future__ import annotations

from django import template

from parvis.consultations import starts
from parvis.consultations import told as words

register = template.Library()

register.filter("told", words.told)
register.filter("theme_label", starts.theme_label)
