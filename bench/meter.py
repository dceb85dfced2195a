"""Runs `FEEDER | COMMAND >OUTPUT 2>ERRORS` and prints COMMAND's resources as JSON.

Node does not report the resource usage of an exited child; wait4 does. The output passes through
here to record the times of the first and the last STATE.
"""

import json
import os
import signal
import subprocess
import sys
import time

STATE = b'"STATE"'

output, errors, seconds, feeder_command, *command = sys.argv[1:]
first = last = None
end_of_chunk = b""
with open(output, "wb") as out, open(errors, "wb") as err:
    feeder = subprocess.Popen(json.loads(feeder_command), stdout=subprocess.PIPE)
    start = time.monotonic()
    peer = subprocess.Popen(command, stdin=feeder.stdout, stdout=subprocess.PIPE, stderr=err)
    feeder.stdout.close()
    for name in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: peer.kill())
    signal.alarm(int(seconds))
    while chunk := os.read(peer.stdout.fileno(), 1 << 16):
        if STATE in end_of_chunk + chunk:
            last = time.monotonic() - start
            first = first or last
        end_of_chunk = chunk[1 - len(STATE) :]
        out.write(chunk)
    _, status, usage = os.wait4(peer.pid, 0)
    seconds = time.monotonic() - start
peer.returncode = os.waitstatus_to_exitcode(status)
feeder.wait()
print(
    json.dumps(
        {
            "exitCode": peer.returncode,
            "seconds": seconds,
            "cpuSeconds": usage.ru_utime + usage.ru_stime,
            "peakBytes": usage.ru_maxrss * 1024,
            "firstStateSeconds": first,
            "lastStateSeconds": last,
        }
    )
)
