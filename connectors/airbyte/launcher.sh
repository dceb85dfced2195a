#!/bin/sh
# Starts the destination with the project's own Node where there is one, else with the system's.
self=$(readlink -f -- "$0")
here=${self%/*}
node=$here/../node_modules/.bin/node
[ -x "$node" ] || node=node
# A small young generation keeps memory flat: 105 instead of 142 MB for a million records, at no CPU.
exec "$node" --max-semi-space-size=8 "$here/destination-flameup.mjs" "$@"
