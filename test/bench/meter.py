"""Runs `cat SOURCE | COMMAND >OUTPUT 2>ERRORS` and prints what COMMAND used, as JSON.

Node tells a parent nothing about a child that has ended; wait4 does.
"""

import json
import os
import subprocess
import sys
import time

source, output, errors, *command = sys.argv[1:]
with open(output, "wb") as out, open(errors, "wb") as err:
    feeder = subprocess.Popen(["cat", source], stdout=subprocess.PIPE)
    start = time.monotonic()
    peer = subprocess.Popen(command, stdin=feeder.stdout, stdout=out, stderr=err)
    feeder.stdout.close()
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
        }
    )
)
