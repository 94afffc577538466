"""The YAML configuration of `parvis analyse composite`, checked field by field.

A key that is not known is refused rather than ignored: a misspelt `direction` would otherwise turn
a ranking upside down in silence.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from parvis.analyse.errors import InputError, quote
from parvis.analyse.messages import Message
from parvis.analyse.text_file import read_text
from parvis.statistics.composite import Aggregation, Normalisation

KEYS: Final = ("indicators", "normalisation", "aggregation", "minimum_coverage")
INDICATOR_KEYS: Final = ("weight", "direction", "goalposts")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One column of the data and how it counts."""

    name: str
    weight: float
    direction: int
    goalposts: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """What to compute. `minimum_coverage` None means that no gap is allowed in the data."""

    path: str
    indicators: tuple[Indicator, ...]
    normalisation: Normalisation
    aggregation: Aggregation
    minimum_coverage: float | None


class _Loader(yaml.SafeLoader):
    """YAML without Python objects, and where a key given twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode):
                if key_node.value in seen:
                    raise _RepeatedKeyError(key_node.value, key_node.start_mark.line + 1)
                seen.add(key_node.value)
        return super().construct_mapping(node, deep)


class _RepeatedKeyError(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


def read_configuration(path: str) -> Configuration:
    """Read and check a configuration.

    Raises
    ------
    InputError
        Unreadable file, invalid YAML, or the first field that is missing, unknown or wrong.
    """
    content = _load(read_text(path), path)
    fields = _mapping(content, path, None)
    _check_keys(fields, KEYS, path, "")
    if "indicators" not in fields:
        raise InputError(Message.KEY_MISSING, file=path, field="indicators")
    normalisation = Normalisation(
        _choice(fields, "normalisation", [str(one) for one in Normalisation], "none", path)
    )
    aggregation = Aggregation(
        _choice(fields, "aggregation", [str(one) for one in Aggregation], "arithmetic", path)
    )
    indicators = _indicators(fields["indicators"], path)
    if normalisation is Normalisation.GOALPOSTS:
        for indicator in indicators:
            if indicator.goalposts is None:
                raise InputError(
                    Message.GOALPOSTS_MISSING,
                    file=path,
                    field=f"indicators.{indicator.name}.goalposts",
                )
    return Configuration(
        path=path,
        indicators=indicators,
        normalisation=normalisation,
        aggregation=aggregation,
        minimum_coverage=_minimum_coverage(fields, path),
    )


def _load(text: str, path: str) -> object:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of SafeLoader
    except _RepeatedKeyError as error:
        raise InputError(
            Message.KEY_TWICE, file=path, line=error.line, key=quote(error.key)
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is None:
            raise InputError(Message.YAML_INVALID, file=path) from error
        raise InputError(
            Message.YAML_INVALID_AT, file=path, line=mark.line + 1, column=mark.column + 1
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: an impossible date or an endless integer; RecursionError: absurd nesting.
        raise InputError(Message.YAML_INVALID, file=path) from error


def _mapping(value: object, path: str, field: str | None) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InputError(Message.YAML_NOT_A_MAPPING, file=path, field=field)
    for key in value:
        # YAML reads an unquoted `no` or `2024` as a boolean or a number.
        if not isinstance(key, str):
            raise InputError(Message.KEY_NOT_TEXT, file=path, field=field, key=quote(key))
    return value


def _check_keys(fields: Mapping[str, object], known: Sequence[str], path: str, prefix: str) -> None:
    for key in fields:
        if key in known:
            continue
        close = difflib.get_close_matches(key[:100], known, n=1)
        if close:
            raise InputError(
                Message.KEY_UNKNOWN_SUGGESTED, file=path, field=prefix + key, suggestion=close[0]
            )
        raise InputError(
            Message.KEY_UNKNOWN, file=path, field=prefix + key, choices=", ".join(known)
        )


def _choice(
    fields: Mapping[str, object], key: str, choices: Sequence[str], default: str, path: str
) -> str:
    value = fields.get(key, default)
    if isinstance(value, str) and value in choices:
        return value
    # A container is named by its kind: written out it could be of any size.
    shown = value if isinstance(value, str | int | float | None) else type(value).__name__
    raise InputError(
        Message.CHOICE_UNKNOWN,
        file=path,
        field=key,
        value=quote(shown),
        choices=", ".join(choices),
    )


def _indicators(value: object, path: str) -> tuple[Indicator, ...]:
    fields = _mapping(value, path, "indicators")
    if not fields:
        raise InputError(Message.NO_INDICATOR, file=path, field="indicators")
    indicators = tuple(_indicator(name, content, path) for name, content in fields.items())
    if all(indicator.weight == 0 for indicator in indicators):
        raise InputError(Message.WEIGHTS_ALL_ZERO, file=path, field="indicators")
    return indicators


def _indicator(name: str, content: object, path: str) -> Indicator:
    field = f"indicators.{name}"
    # `patents:` alone is an indicator with every default.
    fields = _mapping({} if content is None else content, path, field)
    _check_keys(fields, INDICATOR_KEYS, path, f"{field}.")
    weight = _number(fields.get("weight", 1), path, f"{field}.weight")
    if weight < 0:
        raise InputError(Message.WEIGHT_NEGATIVE, file=path, field=f"{field}.weight")
    direction = fields.get("direction", 1)
    if isinstance(direction, bool) or direction not in (1, -1):
        raise InputError(Message.DIRECTION_INVALID, file=path, field=f"{field}.direction")
    return Indicator(
        name=name.strip(),
        weight=weight,
        direction=1 if direction == 1 else -1,
        goalposts=_goalposts(fields.get("goalposts"), path, f"{field}.goalposts"),
    )


def _goalposts(value: object, path: str, field: str) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise InputError(Message.GOALPOSTS_SHAPE, file=path, field=field)
    low, high = (_number(one, path, field) for one in value)
    if low >= high:
        raise InputError(
            Message.GOALPOSTS_ORDER, file=path, field=field, low=f"{low:g}", high=f"{high:g}"
        )
    return low, high


def _minimum_coverage(fields: Mapping[str, object], path: str) -> float | None:
    if "minimum_coverage" not in fields:
        return None
    share = _number(fields["minimum_coverage"], path, "minimum_coverage")
    if not 0 <= share <= 1:
        raise InputError(Message.COVERAGE_INVALID, file=path, field="minimum_coverage")
    return share


def _number(value: object, path: str, field: str) -> float:
    # A boolean is an integer in Python, and `yes` a boolean in YAML.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(Message.NOT_A_NUMBER, file=path, field=field)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InputError(Message.NOT_A_NUMBER, file=path, field=field)
    return number
