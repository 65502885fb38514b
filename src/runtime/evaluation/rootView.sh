# Makes a view of this machine's root in which anything may be done, and holds it until its standard input ends. Runs as
# process 1 of a pid namespace, as root of a user namespace that also owns the mounts (rootView.ts).
#
#   $1 an empty folder   $2 the folder that is shown inside, read-only, under its own path
#   $3 bytes that may be written   $4 `one` where there is a single user id, `all` where there are those of the machine
#   $5 the capabilities of root inside, for setpriv
#
# - Only folders of the operating system are shown, each under an overlay. What else lies in the root is the user's
#   business: homes, /tmp and /run are empty inside, and the rest is not there.
# - overlayfs refuses a folder in which something else is mounted. Such a folder is made anew, each of its folders is shown
#   by itself, its files are copied, and where something is mounted there is an empty folder. So is what containers store.
# - With a single user id, whatever root owns outside belongs to nobody here and cannot be changed. So /etc is a copy and
#   the folders down to the second level are made anew, which suffices to add files to them.
# - What is mounted read-only below /proc stays so: nothing that is entered here later may mount (rootView.ts).
set -e
shopt -s dotglob nullglob
umask 022
ids=$4
cd "$1"
mount -t tmpfs -o "size=$3,mode=755" tmpfs .
cd "$1"
mkdir upper work root
# pivot_root wants a mount.
mount --bind root root

# The places where something is mounted, each between two line breaks.
mounted=$'\n'$(cut -d ' ' -f 5 /proc/self/mountinfo)$'\n'

# Shows a folder of the root, named without its first slash.
show() {
  case $1 in
    var/lib/docker | var/lib/containers | var/lib/containerd | var/lib/kubelet | var/lib/lxd | *[,:\\]*) mkdir "root/$1" ;;
    *)
      case $mounted in
        *$'\n'"/$1"$'\n'*) mkdir "root/$1" ;;
        *$'\n'"/$1/"*) show_parts "$1" ;;
        *) show_layer "$1" ;;
      esac
      ;;
  esac
}

show_parts() {
  local path files=()
  mkdir "root/$1"
  for path in "/$1"/*; do
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      show "${path#/}"
    elif [ -f "$path" ] || [ -L "$path" ]; then
      files+=("$path")
    fi
  done
  [ ${#files[@]} = 0 ] || cp -pP "${files[@]}" "root/$1/" 2>/dev/null || true
}

show_layer() {
  mkdir -p "upper/$1" "work/$1" "root/$1"
  if [ "$ids" = one ]; then
    (cd "/$1" && find . -mindepth 1 -maxdepth 2 -type d -print0) 2>/dev/null | (cd "upper/$1" && xargs -0 -r mkdir -p)
  fi
  mount -t overlay -o "lowerdir=/$1,upperdir=upper/$1,workdir=work/$1,userxattr" overlay "root/$1"
}

for name in usr etc opt var srv bin sbin lib lib32 lib64 libx32 boot nix; do
  if [ -L "/$name" ]; then
    cp -P "/$name" root/
  elif [ "$ids $name" = "one etc" ]; then
    cp -rp /etc root/ 2>/dev/null || true
  elif [ -d "/$name" ]; then
    show "$name"
  fi
done
cd root
mkdir -p tmp root home media mnt run proc sys dev var/tmp
chmod 1777 tmp var/tmp
chmod 700 root
cp -r /etc/skel/. root/ 2>/dev/null || true

mount -t proc proc proc
hostname agentlm 2>/dev/null || true
for name in sys sysrq-trigger irq bus fs; do
  [ -e "proc/$name" ] || continue
  mount --bind "proc/$name" "proc/$name"
  mount -o remount,bind,ro "proc/$name"
done
mount -t sysfs -o ro sysfs sys 2>/dev/null || true
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do
  : >"dev/$name"
  mount --bind "/dev/$name" "dev/$name"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
chmod 1777 dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
ip link set lo up 2>/dev/null || true

mkdir -p ".$2" .agentlm
mount --bind "$2" ".$2"
mount -o remount,bind,ro ".$2"
pivot_root . .agentlm
cd /
umount -l .agentlm
rmdir .agentlm
# Whoever started this holds the other end. Bash, because it also buries the orphans. With no more capabilities than the
# others have, or they could not look at it in /proc.
exec setpriv --bounding-set "$5" -- bash --norc -c 'echo ready; while read -r _; do :; done'
