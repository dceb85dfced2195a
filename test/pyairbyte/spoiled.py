"""Valid messages of a destination, and the same messages with one error each."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

LINES = {
    "log": """{"type": "LOG", "log": {"level": "INFO", "message": "Hello"}}""",
    "error": """{"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1, "error":
        {"message": "No", "internal_message": "No", "failure_type": "config_error"}}}""",
    "state": """{"type": "STATE", "state": {"type": "STREAM", "id": 7, "stream":
        {"stream_descriptor": {"name": "people"},
        "stream_state": {"cursor": 9007199254740993, "more": [null, 1.5]}},
        "destinationStats": {"recordCount": 2, "rejectedRecordCount": 1,
        "additionalStats": {"created": 2}}}}""",
    "global state": """{"type": "STATE", "state": {"type": "GLOBAL", "global":
        {"shared_state": {}, "stream_states": [{"stream_descriptor": {"name": "people"}}]},
        "destinationStats": {"recordCount": 0, "rejectedRecordCount": 0}}}""",
    "status": """{"type": "CONNECTION_STATUS",
        "connectionStatus": {"status": "FAILED", "message": "No"}}""",
    "spec": """{"type": "SPEC", "spec": {"connectionSpecification": {"type": "object"},
        "supported_destination_sync_modes": ["append"]}}""",
    "catalog": """{"type": "DESTINATION_CATALOG", "destination_catalog": {"operations":
        [{"object_name": "people", "sync_mode": "append", "json_schema": {}}]}}""",
}
GOOD: dict[str, dict[str, Any]] = {
    name: json.loads(line) for name, line in LINES.items()
}

ABSENT = object()
NO_STATS = {"destinationStats": {"recordCount": 0, "rejectedRecordCount": 0}}

SPOILED: dict[str, dict[str, list[Any]]] = {
    "log": {
        "type": [ABSENT, "Log", "RECORD", "TRACE"],
        "log": [ABSENT],
        "log.level": [ABSENT, "NOTICE"],
        "log.message": [ABSENT, None, 7],
        "log.extra": [1],
        "extra": [1],
        "state": [NO_STATS],
    },
    "error": {
        "trace.type": ["WARNING", "STREAM_STATUS"],
        "trace.emitted_at": [ABSENT, "1"],
        "trace.error": [ABSENT],
        "trace.error.message": [ABSENT],
        "trace.error.failure_type": ["user_error"],
        "trace.error.advice": ["Wait"],
    },
    "state": {
        "state.type": ["TABLE", "GLOBAL"],
        "state.stream": [ABSENT],
        "state.stream.stream_descriptor": [ABSENT],
        "state.stream.stream_descriptor.name": [ABSENT, 7],
        "state.stream.stream_state": ["cursor"],
        "state.destinationStats": [ABSENT],
        "state.destinationStats.recordCount": [ABSENT, "2", 1.5],
        "state.destinationStats.rejectedRecordCount": [None, -1],
        "state.destinationStats.additionalStats.created": ["two"],
    },
    "global state": {
        "state.global.stream_states": [ABSENT],
        "state.global": [None],
    },
    "status": {
        "connectionStatus.status": [ABSENT, "OK"],
        "connection_status": [{"status": "SUCCEEDED"}],
        "connectionStatus.message": [["No"]],
    },
    "spec": {
        "spec.connectionSpecification": [ABSENT, "object"],
        "spec.supported_destination_sync_modes": [["upsert"]],
        "spec.supportsRefreshes": [True],
    },
    "catalog": {
        "destination_catalog.operations": [ABSENT],
        "destination_catalog.operations.0.object_name": [ABSENT],
        "destination_catalog.operations.0.sync_mode": ["upsert"],
        "destination_catalog.operations.0.json_schema": [[]],
    },
}
"""The message, the path, and the value to put there."""


def spoil(message: dict[str, Any], path: str, value: Any) -> None:
    """Sets the value at the path, or deletes it."""
    place: Any = message
    *way, last = path.split(".")
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value


def spoiled() -> Iterator[tuple[str, str]]:
    """Lines that must be rejected, and the error in each."""
    yield "not JSON", '{"type":"LOG"'
    yield "a list", "[]"
    yield "two messages", json.dumps(GOOD["log"]) * 2
    for name, places in SPOILED.items():
        for path, values in places.items():
            for value in values:
                message = copy.deepcopy(GOOD[name])
                spoil(message, path, value)
                what = "absent" if value is ABSENT else json.dumps(value)
                yield f"{name}: {path} {what}", json.dumps(message)
