#!/bin/sh
# Starts the destination with the project's own Node if there is one, else with the system's.
self=$(readlink -f -- "$0")
here=${self%/*}
node=$here/../node_modules/.bin/node
[ -x "$node" ] || node=node
# No core dump, because it would contain the API key.
ulimit -c 0
# In a small container, half of its memory is for the heap: Node takes half too, but at least 256 MB.
for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
	{ read -r limit <"$file"; } 2>/dev/null && [ "$limit" != max ] || continue
	heap=$((limit / 2097152))
	[ "$heap" -ge 256 ] || export NODE_OPTIONS="--max-old-space-size=$heap ${NODE_OPTIONS-}"
done
# A small heap that grows in small steps, one arena, and one thread that compiles: less than half of the memory
# at the same speed. Smaller semi-spaces would copy the people under way twice, and collect more often. With
# allocation sites, V8 at times takes what every record allocates for long-lived, and then collects the old space
# up to eight times as often.
export MALLOC_ARENA_MAX=1
exec "$node" --max-semi-space-size=4 --heap-growing-percent=50 --no-concurrent-recompilation \
	--no-allocation-site-pretenuring "$here/destination-flameup.mjs" "$@"
