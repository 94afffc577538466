"""Parvis: a citizen-experience barometer for public services."""

__version__ = "0.1.0"
