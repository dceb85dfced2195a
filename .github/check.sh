#!/bin/sh
# Checks the workflows with zizmor, and with actionlint where Go is installed to build it. Both are installed
# in a folder at the top of the repository, which git ignores, unless these versions are installed.
set -eu
cd "$(dirname "$0")/.."
zizmor=1.32.0
actionlint=1.7.12
tools=$PWD/.workflow-tools

if ! "$tools/bin/zizmor" --version 2>/dev/null | grep -q " $zizmor\$"; then
	rm -rf "$tools"
	python3 -m venv "$tools"
	"$tools/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check "zizmor==$zizmor"
fi
"$tools/bin/zizmor" --offline --no-progress --quiet --strict-collection .github
echo "zizmor $zizmor found nothing."

if ! command -v go >/dev/null; then
	echo 'actionlint did NOT check the workflows: building it needs Go, which is not installed.'
	exit
fi
if ! "$tools/bin/actionlint" --version 2>/dev/null | grep -q "^v\?$actionlint\$"; then
	GOBIN=$tools/bin go install "github.com/rhysd/actionlint/cmd/actionlint@v$actionlint"
fi
"$tools/bin/actionlint"
echo "actionlint $actionlint found nothing."
