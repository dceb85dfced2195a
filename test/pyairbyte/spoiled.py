"""Messages as a destination prints them, and the same with one thing wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

GOOD: dict[str, dict[str, Any]] = {
    "log": {"type": "LOG", "log": {"level": "INFO", "message": "Hello"}},
    "error": {
        "type": "TRACE",
        "trace": {
            "type": "ERROR",
            "emitted_at": 1,
            "error": {
                "message": "No",
                "internal_message": "No",
                "failure_type": "config_error",
            },
        },
    },
    "state": {
        "type": "STATE",
        "state": {
            "type": "STREAM",
            "id": 7,
            "stream": {
                "stream_descriptor": {"name": "people"},
                "stream_state": {"cursor": 9007199254740993, "more": [None, 1.5]},
            },
            "destinationStats": {
                "recordCount": 2,
                "rejectedRecordCount": 1,
                "additionalStats": {"created": 2},
            },
        },
    },
    "global state": {
        "type": "STATE",
        "state": {
            "type": "GLOBAL",
            "global": {
                "shared_state": {},
                "stream_states": [{"stream_descriptor": {"name": "people"}}],
            },
            "destinationStats": {"recordCount": 0, "rejectedRecordCount": 0},
        },
    },
    "status": {
        "type": "CONNECTION_STATUS",
        "connectionStatus": {"status": "FAILED", "message": "No"},
    },
    "spec": {
        "type": "SPEC",
        "spec": {
            "connectionSpecification": {"type": "object"},
            "supported_destination_sync_modes": ["append"],
        },
    },
    "catalog": {
        "type": "DESTINATION_CATALOG",
        "destination_catalog": {
            "operations": [
                {"object_name": "people", "sync_mode": "append", "json_schema": {}},
            ]
        },
    },
}

ABSENT = object()

SPOILED: list[tuple[str, str, Any]] = [
    ("log", "type", ABSENT),
    ("log", "type", "Log"),
    ("log", "type", "RECORD"),
    ("log", "type", "TRACE"),
    ("log", "log", ABSENT),
    ("log", "log.level", ABSENT),
    ("log", "log.level", "NOTICE"),
    ("log", "log.message", ABSENT),
    ("log", "log.message", None),
    ("log", "log.message", 7),
    ("log", "log.extra", 1),
    ("log", "extra", 1),
    (
        "log",
        "state",
        {"destinationStats": {"recordCount": 0, "rejectedRecordCount": 0}},
    ),
    ("error", "trace.type", "WARNING"),
    ("error", "trace.type", "STREAM_STATUS"),
    ("error", "trace.emitted_at", ABSENT),
    ("error", "trace.emitted_at", "1"),
    ("error", "trace.error", ABSENT),
    ("error", "trace.error.message", ABSENT),
    ("error", "trace.error.failure_type", "user_error"),
    ("error", "trace.error.advice", "Wait"),
    ("state", "state.type", "TABLE"),
    ("state", "state.type", "GLOBAL"),
    ("state", "state.stream", ABSENT),
    ("state", "state.stream.stream_descriptor", ABSENT),
    ("state", "state.stream.stream_descriptor.name", ABSENT),
    ("state", "state.stream.stream_descriptor.name", 7),
    ("state", "state.stream.stream_state", "cursor"),
    ("state", "state.destinationStats", ABSENT),
    ("state", "state.destinationStats.recordCount", ABSENT),
    ("state", "state.destinationStats.recordCount", "2"),
    ("state", "state.destinationStats.recordCount", 1.5),
    ("state", "state.destinationStats.rejectedRecordCount", None),
    ("state", "state.destinationStats.rejectedRecordCount", -1),
    ("state", "state.destinationStats.additionalStats.created", "two"),
    ("global state", "state.global.stream_states", ABSENT),
    ("global state", "state.global", None),
    ("status", "connectionStatus.status", ABSENT),
    ("status", "connectionStatus.status", "OK"),
    ("status", "connection_status", {"status": "SUCCEEDED"}),
    ("status", "connectionStatus.message", ["No"]),
    ("spec", "spec.connectionSpecification", ABSENT),
    ("spec", "spec.connectionSpecification", "object"),
    ("spec", "spec.supported_destination_sync_modes", ["upsert"]),
    ("spec", "spec.supportsRefreshes", True),
    ("catalog", "destination_catalog.operations", ABSENT),
    ("catalog", "destination_catalog.operations.0.object_name", ABSENT),
    ("catalog", "destination_catalog.operations.0.sync_mode", "upsert"),
    ("catalog", "destination_catalog.operations.0.json_schema", []),
]
"""Which message, where, and what stands there instead."""


def spoiled() -> Iterator[tuple[str, str]]:
    """Lines that must not pass, and what is wrong with each."""
    yield "not JSON", '{"type":"LOG"'
    yield "a list", "[]"
    yield "two messages", json.dumps(GOOD["log"]) * 2
    for name, path, value in SPOILED:
        message = copy.deepcopy(GOOD[name])
        place: Any = message
        *way, last = path.split(".")
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
        what = "absent" if value is ABSENT else json.dumps(value)
        yield f"{name}: {path} {what}", json.dumps(message)
