# Runs in a user and a mount namespace of its own, mounts the layer of a run over its workspace, and prints which names of
# some folders are seen through it: for each path on standard input, ended by NUL, the names, each ended by NUL, and one
# NUL more. That is the one way to tell what a folder hides that was deleted and made anew.
#   $1 run folder   $2 class of the layer's attributes, as an option of the mount
set -e
cd "$1"
mount -t overlay -o "ro,lowerdir=upper:lower$2" overlay merged
cd merged
shopt -s nullglob dotglob
while IFS= read -r -d '' folder; do
  (cd -- "$folder" && set -- * && for name; do printf '%s\0' "$name"; done) || true
  printf '\0'
done
