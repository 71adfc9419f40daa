"""What every reader of the project's own files shares: TOML in, one-line sentences out.

In: a path, or the complaints of pydantic. Out: plain values, and sentences that say which thing
is wrong, what its value is and what would be right.
"""

from __future__ import annotations

import json
import os
import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from optimizer.errors import FileFormatError
from optimizer.reading_limits import refuse_size, within_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["describe_defects", "nearest", "read_text", "read_toml", "write_whole"]

#: More parts than any key has.
MOST_PARTS = 1000
#: pydantic's kind of complaint → what would be right.
EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a table",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a table",
    "string_type": "a text in quotes",
    "tuple_type": "a list",
}


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown word: the nearest known one, or all."""
    names = sorted(set(known))
    match = get_close_matches(word, names, n=1, cutoff=0.6)
    if match:
        return f"did you mean {match[0]!r}?"
    return f"known are {', '.join(names)}" if names else "there are none"


def read_text(path: Path, *, limit: str = "text_mib") -> str:
    """Text of a UTF-8 file.

    Parameters
    ----------
    path
        The file.
    limit
        Name of the limit of its size in `reading_limits.toml`.

    Raises
    ------
    FileFormatError
        Where there is no such file, it is too large, or it is not text.
    """
    refuse_size(path, limit)
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileFormatError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise FileFormatError(f"{path} is a folder; a file is needed") from None
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"{path}: byte {error.start + 1} is not UTF-8 text; save the file as UTF-8"
        ) from None
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise FileFormatError(f"{str(path)!r} is no name that a file can have") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Values of a TOML file.

    Raises
    ------
    FileFormatError
        Where it is missing, not text, or not TOML (with the line).
    """
    text = read_text(path, limit="toml_mib")
    for number, line in enumerate(text.splitlines(), start=1):
        # a key of n parts takes n² steps
        if line.partition("=")[0].partition("#")[0].count(".") > MOST_PARTS:
            raise FileFormatError(
                f"{path}: line {number} names a key of more than {MOST_PARTS} parts"
            )
    try:
        with within_time(path, len(text)):
            return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileFormatError(f"{path}: not valid TOML: {error}") from None
    except (RecursionError, ValueError):
        raise FileFormatError(
            f"{path}: not usable TOML: it is nested too deep or has endless numbers"
        ) from None


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def describe_defects(
    error: ValidationError, model: type[BaseModel], values: Mapping[str, Any]
) -> tuple[str, ...]:
    """One sentence per complaint of pydantic.

    Parameters
    ----------
    error
        What pydantic raised.
    model
        The model that was asked for.
    values
        The values that it was given, to name the entries of lists.
    """
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    return tuple(_sentence(d, model, values) for d in details if not _no_text(d, places))


def _no_text(detail: ErrorDetails, places: Sequence[tuple[int | str, ...]]) -> bool:
    """Whether all it says is that a list is no text, where either may stand and it is told."""
    *above, last = detail["loc"] or ("",)
    told = [p for p in places if p != detail["loc"] and [*p[: len(above)]] == above]
    return detail["type"] == "string_type" and last == "str" and bool(above) and bool(told)


def _sentence(detail: ErrorDetails, model: type[BaseModel], values: Mapping[str, Any]) -> str:
    location = detail["loc"]
    place = _place(location[:-1], values)
    key = location[-1] if location else ""
    match detail["type"]:
        case "extra_forbidden":
            return f"{place}unknown key {key!r}; {nearest(str(key), _keys(model, location[:-1]))}"
        case "missing" if isinstance(key, int):
            return f"{place}has no entry {key + 1}; it is a list of more"
        case "missing":
            return f"{place}key {key!r} is missing"
        case "enum" | "literal_error":
            expected = f"must be {detail['ctx']['expected']}"
        case "value_error":
            expected = str(detail["ctx"]["error"])
        case "less_than_equal":
            expected = f"must be at most {detail['ctx']['le']:g}"
        case "greater_than_equal":
            expected = f"must be at least {detail['ctx']['ge']:g}"
        case kind:
            expected = f"must be {EXPECTED[kind]}" if kind in EXPECTED else detail["msg"].lower()
    name = f"entry {key + 1}" if isinstance(key, int) else str(key)
    shown = json.dumps(detail["input"], ensure_ascii=False, default=str)
    return f"{place}{name} is {shown if len(shown) < 60 else shown[:57] + '...'}; {expected}"


def _place(location: Sequence[int | str], values: Any) -> str:
    """Say where in the file a location is: "fixtures 3 (smart_terminal), "."""
    words: list[str] = []
    for step in location:
        if isinstance(step, int):
            values = values[step] if isinstance(values, list) and step < len(values) else None
            known = values if isinstance(values, dict) else {}
            name = known.get("type") or known.get("name")
            words.append(f"{step + 1} ({name})" if name else f"{step + 1}")
            continue
        if isinstance(values, list):  # one of the types that were tried, no key of the file
            continue
        values = values.get(step) if isinstance(values, dict) else None
        words.append(step)
    return f"[{' '.join(words)}] " if words else ""


def _keys(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Keys that the table at a location may have."""
    for step in location:
        field = model.model_fields.get(str(step))
        inner = _models(field.annotation) if field is not None else []
        if inner:
            model = inner[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Pydantic models within a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
