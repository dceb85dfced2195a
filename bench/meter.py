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

STEADY_AFTER = 50

output, errors, seconds, feeder_command, *command = sys.argv[1:]
first = last = settled = None


end_of_chunk = b""


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


with open(output, "wb") as out, open(errors, "wb") as err:
    feeder = subprocess.Popen(json.loads(feeder_command), stdout=subprocess.PIPE)
    start = time.monotonic()
    peer = subprocess.Popen(command, stdin=feeder.stdout, stdout=subprocess.PIPE, stderr=err)
    feeder.stdout.close()
    for name in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: peer.kill())
    signal.alarm(int(seconds))
    while chunk := os.read(peer.stdout.fileno(), 1 << 16):
        now = time.monotonic() - start
        if settled is None and now > STEADY_AFTER:
            settled = now, cpu_seconds(peer.pid)
        if STATE in end_of_chunk + chunk:
            last = now
            first = first or last
        end_of_chunk = chunk[1 - len(STATE) :]
        out.write(chunk)
    _, status, usage = os.wait4(peer.pid, 0)
    seconds = time.monotonic() - start
cpu = usage.ru_utime + usage.ru_stime
steady = (cpu - settled[1]) / (seconds - settled[0]) if settled else None
peer.returncode = os.waitstatus_to_exitcode(status)
feeder.wait()
print(
    json.dumps(
        {
            "exitCode": peer.returncode,
            "seconds": seconds,
            "cpuSeconds": cpu,
            "steadyCpu": steady,
            "peakBytes": usage.ru_maxrss * 1024,
            "firstStateSeconds": first,
            "lastStateSeconds": last,
        }
    )
)
