"""Runs a connector as if started directly, and records its input and output.

Usage: tap.py FOLDER COMMAND [ARGUMENT...]. Files in FOLDER are numbered by run and named
after the connector's own command: 003-write.input.jsonl, 003-write.output.jsonl,
003-write.catalog.json.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path


def main(folder: Path, command: list[str]) -> int:
    """Returns the exit code; negative for a signal."""
    name = command[1]
    number = len(list(folder.glob("*.output.jsonl"))) + 1
    prefix = folder / f"{number:03}-{name}"
    if "--catalog" in command:
        catalog = command[command.index("--catalog") + 1]
        shutil.copyfile(catalog, f"{prefix}.catalog.json")

    tee: list[subprocess.Popen[bytes]] = []
    stdin = None
    if name == "write":
        before = subprocess.Popen(
            ["tee", f"{prefix}.input.jsonl"], stdout=subprocess.PIPE
        )
        tee.append(before)
        stdin = before.stdout
    connector = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda *_: connector.terminate())
    after = subprocess.Popen(["tee", f"{prefix}.output.jsonl"], stdin=connector.stdout)

    # Only the connector and its tees may hold the pipes, or they never see EOF.
    for pipe in (stdin, connector.stdout):
        if pipe is not None:
            pipe.close()
    code = connector.wait()
    for process in tee:
        process.terminate()
        process.wait()
    after.wait()
    return code


if __name__ == "__main__":
    code = main(Path(sys.argv[1]), sys.argv[2:])
    if code >= 0:
        sys.exit(code)
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
