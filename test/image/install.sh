#!/bin/sh
# Installs what builds and starts images without a daemon: programs of Debian, and in .image/, which git
# ignores, a stand-in for the public base image, so that no registry of images is needed. Ends with 3 and the
# reason if this machine cannot do it.
set -eu
cd "$(dirname "$0")/../.."
folder=.image
log=$folder/install.log
mkdir -p "$folder"
exec 3>&1 >"$log" 2>&1

cannot() {
	echo "The image cannot be built and started here: $1" >&3
	tail -n 3 "$log" >&3
	exit 3
}

[ "$(id -u)" = 0 ] || cannot 'this needs root.'
command -v apt-get || cannot "this needs Debian's apt-get."
if ! which buildah podman crun mmdebstrap; then
	apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
		buildah podman crun mmdebstrap || cannot "Debian's packages could not be installed."
fi

if [ ! -f "$folder/base.tar" ]; then
	mmdebstrap --variant=minbase bookworm "$folder/new.tar" || cannot 'Debian could not be bootstrapped.'
	mv "$folder/new.tar" "$folder/base.tar"
fi

# Podman refuses a storage that has been moved.
installed="Node $(node_modules/.bin/node --version) in $(pwd -P)"
[ "$(cat "$folder/installed.txt")" = "$installed" ] && exit
rm -rf "$folder/root" "$folder/run"
cp "$(readlink -f node_modules/node/bin/node)" "$folder/node"
base=docker.io/library/node:24-bookworm-slim
cp test/image/base.Dockerfile "$folder/Dockerfile"
test/image/buildah bud --isolation chroot --network host --tag "$base" "$folder" ||
	cannot 'The base image could not be built.'
test/image/docker run --rm --entrypoint node "$base" --version || cannot 'No container could be started.'
echo "$installed" >"$folder/installed.txt"
