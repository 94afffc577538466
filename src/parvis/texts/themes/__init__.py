"""What comments speak of, found here: no text leaves the machine.

Pure: texts in, groups of words out. The rows and their journal are in `operations/themes.py`.
"""

from parvis.texts.themes.finding import Found, FoundTheme, Known, find_themes

__all__ = ["Found", "FoundTheme", "Known", "find_themes"]
