"""Validates the destination's output against Airbyte's own protocol models.

Two models are used: the one that PyAirbyte reads with (protocol 0.18) and the CDK's own.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from airbyte_cdk.models import AirbyteMessageSerializer
from airbyte_protocol.models import AirbyteMessage
from pydantic import BaseModel, ValidationError
from serpyco_rs import SchemaValidationError
from spoiled import GOOD, spoiled

PAYLOADS = {
    "LOG": "log",
    "SPEC": "spec",
    "STATE": "state",
    "TRACE": "trace",
    "CONNECTION_STATUS": "connectionStatus",
    "DESTINATION_CATALOG": "destination_catalog",
}
"""The types that a destination may print, and the field with the content of each."""

PARTS = {
    ("STATE", "STREAM"): "stream",
    ("STATE", "GLOBAL"): "global",
    ("TRACE", "ERROR"): "error",
    ("TRACE", "STREAM_STATUS"): "stream_status",
    ("TRACE", "ESTIMATE"): "estimate",
    ("TRACE", "ANALYTICS"): "analytics",
}
"""The same for the types inside a STATE and a TRACE."""

NEWER = {"state.id", "state.destinationStats.additionalStats"}
"""Fields that the platform knows and the public models do not."""

UNKNOWN_TO_THE_CDK = {"state.destinationStats.rejectedRecordCount", *NEWER}


def unknown(model: Any, path: str = "") -> Iterator[str]:
    """Paths of the fields that the models do not have; a state's blob may be anything."""
    if isinstance(model, list):
        for item in model:
            yield from unknown(item, path)
    elif isinstance(model, BaseModel) and type(model).__name__ != "AirbyteStateBlob":
        for name in model.model_extra or {}:
            yield path + name
        for name, field in type(model).model_fields.items():
            yield from unknown(getattr(model, name), f"{path}{field.alias or name}.")


def lost(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Paths of values that a round trip changes, except nulls left out and 1e400."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            if value is not None or name in after:
                yield from lost(value, after.get(name), f"{path}.{name}".lstrip("."))
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
    ):
        for one, other in zip(before, after, strict=True):
            yield from lost(one, other, path)
    elif before != after and before not in (math.inf, -math.inf):
        yield path


def payload_problems(message: dict[str, Any]) -> Iterator[str]:
    """Problems if the message lacks the content of its type or has any other."""
    kind = message.get("type")
    if kind not in PAYLOADS:
        yield f"a destination does not print {kind}"
        return
    given = {name for name in PAYLOADS.values() if message.get(name) is not None}
    if given != {PAYLOADS[kind]}:
        yield f"{kind} has {sorted(given)}"
        return
    content = message[PAYLOADS[kind]]
    part = PARTS.get((kind, content.get("type"))) if isinstance(content, dict) else None
    if part is not None and content.get(part) is None:
        yield f"{kind} of type {content['type']} has no {part}"
    if kind == "TRACE" and part is None:
        yield f"TRACE of type {content.get('type')}"


def count_problems(message: dict[str, Any]) -> Iterator[str]:
    """Counts in a STATE that are missing or no whole number."""
    if message.get("type") != "STATE":
        return
    state = message.get("state")
    stats = state.get("destinationStats") if isinstance(state, dict) else None
    if not isinstance(stats, dict):
        yield "STATE has no destinationStats"
        return
    counts = {name: stats.get(name) for name in ("recordCount", "rejectedRecordCount")}
    counts |= stats.get("additionalStats") or {}
    for name, count in counts.items():
        if type(count) is not int or count < 0:
            yield f"{name} is {count!r}"


def problems(line: str, echoed: Counter[str]) -> Iterator[str]:
    """All problems of one printed line."""
    try:
        message = json.loads(line)
    except ValueError as error:
        yield f"not JSON: {error}"
        return
    if not isinstance(message, dict):
        yield "not an object"
        return
    yield from payload_problems(message)
    yield from count_problems(message)

    try:
        model = AirbyteMessage.model_validate_json(line, strict=True)
    except ValidationError as error:
        yield from (
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        return
    strange = set(unknown(model)) - NEWER
    if message.get("type") == "STATE":
        echoed.update(strange)
    else:
        yield from (f"{path} is unknown" for path in sorted(strange))
    again = model.model_dump(mode="json", by_alias=True, exclude_unset=True)
    yield from (
        f"{path} is changed by the protocol's model" for path in lost(message, again)
    )

    if message.get("type") == "DESTINATION_CATALOG":
        return  # the CDK has no model for it
    try:
        again = AirbyteMessageSerializer.dump(AirbyteMessageSerializer.load(message))
    except SchemaValidationError as error:
        yield f"the CDK: {error}"
        return
    dropped = set(lost(message, again)) - UNKNOWN_TO_THE_CDK - strange
    yield from (f"{path} is changed by the CDK's model" for path in sorted(dropped))


def validate(files: list[str]) -> dict[str, Any]:
    """The number of valid messages by type, and the problems of the others.

    Echoed are fields that no model knows but that came from the source in a STATE.
    """
    counts: Counter[str] = Counter()
    echoed: Counter[str] = Counter()
    wrong: list[str] = []
    for file in files:
        # The last line is not complete if the destination was killed.
        for line in Path(file).read_bytes().decode().split("\n")[:-1]:
            found = list(problems(line, echoed))
            wrong += [f"{problem} in {line[:300]}" for problem in found]
            if not found:
                counts[json.loads(line)["type"]] += 1
    return {"counts": counts, "echoed": echoed, "wrong": wrong}


def validate_samples() -> dict[str, Any]:
    """The same for valid messages, and the spoiled ones that pass by mistake."""
    wrong = [
        problem
        for message in GOOD.values()
        for problem in problems(json.dumps(message), Counter())
    ]
    lines = list(spoiled())
    passed = [name for name, one in lines if not list(problems(one, Counter()))]
    return {"wrong": wrong, "spoiled": len(lines), "passed": passed}
