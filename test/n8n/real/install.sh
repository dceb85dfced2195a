#!/bin/sh
# Installs the pinned n8n (`host`), its scanner (`scanner`) or PostgreSQL (`postgres`) in its own folder
# at the top of the repository, which git ignores, unless that version is already installed.
set -eu
cd "$(dirname "$0")"
folder=../../../.n8n-$1
cmp -s "$1/package.json" "$folder/installed.json" && exit
echo "Installing into .n8n-$1 …"
mkdir -p "$folder"
cp "$1/package.json" "$folder/package.json"
(cd "$folder" && npm install --no-audit --no-fund --loglevel=error)
cp "$1/package.json" "$folder/installed.json"
