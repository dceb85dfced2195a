#!/bin/sh
# Builds the destination into build/. The files are replaced atomically, so it can be started at any time.
set -eu
cd "$(dirname "$0")/../.."
new=build/new-$$
mkdir -p build
rolldown connectors/airbyte/start.mts --platform node --format esm --minify --no-codeSplitting \
	-o "$new.mjs" --log-level warn >/dev/null
# V8 keeps a source in ASCII in half of the memory, and decodes it in no time.
node - "$new.mjs" <<'END'
const { readFileSync, writeFileSync } = require('node:fs');
const file = process.argv[2];
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
writeFileSync(file, readFileSync(file, 'utf8').replace(/[^\0-\x7f]/g, escaped));
END
cp connectors/airbyte/launcher.sh "$new"
chmod +x "$new"
mv "$new.mjs" build/destination-flameup.mjs
mv "$new" build/destination-flameup
