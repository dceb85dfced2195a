#!/bin/sh
# Builds the destination into build/. The files are replaced atomically, so it can be started at any time.
set -eu
cd "$(dirname "$0")/../.."
new=build/new-$$
mkdir -p build
rolldown connectors/airbyte/main.mts --platform node --format esm -o "$new.mjs" --no-codeSplitting --log-level warn >/dev/null
cp connectors/airbyte/launcher.sh "$new"
chmod +x "$new"
mv "$new.mjs" build/destination-flameup.mjs
mv "$new" build/destination-flameup
