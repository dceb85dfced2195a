# Where images and containers are: in .image/, apart from those of the machine.
folder=$(readlink -f -- "$(dirname "$0")/../../.image")
storage="--root $folder/root --runroot $folder/run --storage-driver overlay"
