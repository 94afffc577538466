"""The languages in which the room can write numbers, files and documents."""

from typing import Literal

Language = Literal["fr", "en"]
