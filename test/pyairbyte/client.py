"""Runs requested actions with PyAirbyte.

Reads one JSON request per line on standard input, {"action": ..., "with": {...}}, and
answers each with one line of JSON on standard output, {"value": ...} or
{"error": {...}}. Everything that PyAirbyte and the connectors print goes to standard
error.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import airbyte
from airbyte._util.destination_smoke_tests import run_destination_smoke_test
from airbyte.strategies import WriteStrategy
from validate import validate, validate_samples

Json = dict[str, Any]

SOURCE = "source-of-the-test"
DESTINATION = "destination-flameup"

sources: dict[str, airbyte.Source] = {}
caches: dict[str, airbyte.DuckDBCache] = {}


def destination_of(connector: Json) -> airbyte.Destination:
    """The destination with this executable and configuration, not validated yet."""
    return airbyte.get_destination(
        DESTINATION,
        config=connector["config"],
        local_executable=Path(connector["executable"]),
    )


def source_of(connector: Json) -> airbyte.Source:
    """The source with this configuration; cached, as its catalog takes a while.

    It is an executable, or a manifest that PyAirbyte runs itself.
    """
    key = json.dumps(connector)
    if key not in sources:
        manifest = connector.get("manifest")
        sources[key] = airbyte.get_source(
            SOURCE,
            config=connector["config"],
            local_executable=None if manifest else Path(connector["executable"]),
            source_manifest=manifest,
            streams=connector["streams"],
        )
    return sources[key]


def spec(destination: Json) -> Json:
    """The configuration's JSON schema, as PyAirbyte reads it."""
    return destination_of(destination).config_spec


def validate_config(destination: Json) -> None:
    """Validates the configuration against the specification."""
    destination_of(destination).validate_config()


def check(destination: Json) -> None:
    """Tests the connection."""
    destination_of(destination).check()


def smoke(destination: Json, scenarios: list[Json], has_preflight: bool) -> Json:
    """PyAirbyte's smoke test of destinations with all its scenarios and some more."""
    result = run_destination_smoke_test(
        destination=destination_of(destination),
        scenarios="all",
        custom_scenarios=scenarios,
        skip_preflight=not has_preflight,
    )
    return result.model_dump(mode="json")


def sync(
    destination: Json,
    source: Json,
    strategy: str,
    cache: str,
    is_cached: bool,
    is_full: bool,
) -> Json:
    """Syncs streams. The named cache stores the states, and the records if requested."""
    if cache not in caches:
        caches[cache] = airbyte.new_local_cache(cache)
    kept = caches[cache]
    result = destination_of(destination).write(
        source_of(source),
        cache=kept if is_cached else False,
        state_cache=kept,
        write_strategy=WriteStrategy(strategy),
        force_full_refresh=is_full,
    )
    provider = kept.get_state_provider(SOURCE, destination_name=DESTINATION)
    states = [provider.get_stream_state(name, None) for name in source["streams"]]
    return {
        "processed": result.processed_records,
        "states": [state and state.model_dump(mode="json") for state in states],
    }


ACTIONS = {
    "spec": spec,
    "validate_config": validate_config,
    "check": check,
    "smoke": smoke,
    "sync": sync,
    "validate_messages": validate,
    "validate_samples": validate_samples,
}


def answer(request: Json) -> Json:
    """The result of the action, or the exception that PyAirbyte raised."""
    try:
        return {"value": ACTIONS[request["action"]](**request["with"])}
    except Exception as error:
        return {"error": {"type": type(error).__name__, "text": str(error)}}


def main() -> None:
    """Serves until standard input ends."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Connectors inherit both: they must not read requests or print into the answers.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    for line in requests:
        print(
            json.dumps(answer(json.loads(line)), default=str), file=answers, flush=True
        )


if __name__ == "__main__":
    sys.exit(main())
