#!/bin/sh
# Starts the destination with the project's own Node if there is one, else with the system's.
self=$(readlink -f -- "$0")
here=${self%/*}
node=$here/../node_modules/.bin/node
[ -x "$node" ] || node=node
# A small heap that grows in small steps, and one arena: peak memory for a million records is 107 MB,
# compared with 138 MB for a young generation of 16 MB, at the same speed.
export MALLOC_ARENA_MAX=1
exec "$node" --max-semi-space-size=3 --heap-growing-percent=50 "$here/destination-flameup.mjs" "$@"
