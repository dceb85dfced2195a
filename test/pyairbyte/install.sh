#!/bin/sh
# Installs the pinned PyAirbyte (`airbyte`) or a source that it reads from (`source`, of fake users, or
# `file`) in its own virtual environment at the top of the repository, which git ignores, unless that
# version is already installed. PYTHON names another Python (3.10 to 3.12) than the first one found.
set -eu
cd "$(dirname "$0")"
folder=../../.pyairbyte/$1
cmp -s "$1.txt" "$folder/installed.txt" && "$folder/bin/python" -c '' 2>/dev/null && exit

fits='import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))'
for python in ${PYTHON:-python3.12 python3.11 python3.10 python3}; do
	"$python" -c "$fits" 2>/dev/null && break
	python=
done
if [ -z "$python" ]; then
	echo 'PyAirbyte needs Python 3.10, 3.11 or 3.12 with its venv module (on Debian: python3-venv).' >&2
	exit 1
fi

echo "Installing into .pyairbyte/$1 …"
rm -rf "$folder"
mkdir -p "${folder%/*}"
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --no-cache-dir --no-deps --disable-pip-version-check \
	--requirement "$1.txt"
cp "$1.txt" "$folder/installed.txt"
