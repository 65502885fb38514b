# Runs in a user and a mount namespace of its own (unshare -Urm), where it is root and can mount, and becomes what the
# sandbox runs in the end: the process that was started stays the same one.
#
#   $1 run folder   $2 workspace   $3 folder of the volatile layers   $4 home, or nothing
#   $5 kB a file may have   $6 processes   $7 kB of data a process may have
#   $8 not empty: the layers are mounted already, for a shell beside which this one is
#   then: bwrap, and what it runs. Its own arguments and the seccomp filter are files beside this one, opened as 8 and 9;
#   another one names the control groups of the run.
#
# - Layers are mounted by relative names, `lower` being a link: a path may hold what mount reads as syntax (`,` and `:`).
# - The PATH is set aside: a workspace may be on it, and all this happens outside of the sandbox.
# - userxattr is for namespaces without real root. Without index, a layer can be mounted again right after a shell ended.
# - A volatile layer is not synced when it is unmounted: that would write out all of the disk it is on, which can take
#   minutes, while the next shell waits. It refuses to be mounted again, as after a power cut, until its mark is gone.
# - Where home cannot be layered (a file system or a mount in it that overlayfs does not take), it can be read only.
_path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin
layer() { # folder
  cd "$1" || return
  [ ! -e work/work/incompat ] || rm -r work/work/incompat
  mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr,index=off,volatile overlay merged
}
layers() { # run folder, home, folder of the volatile layers
  (layer "$1") || return
  [ -z "$2" ] || (layer "$3" 2>/dev/null) || {
    mount -t tmpfs tmpfs "$3" && mkdir "$3/"{upper,work,merged} && ln -s "$2" "$3/lower" &&
      { (layer "$3" 2>/dev/null) || mount --rbind -o ro "$2" "$3/merged"; }
  }
}
[ "$8" ] || layers "$1" "$4" "$3/home" || exit
ulimit -f "$5" && ulimit -u "$6" && ulimit -d "$7" || exit
while IFS= read -r _group; do
  echo $$ >"$_group/cgroup.procs"
done <"$3/groups" 2>/dev/null
echo 1000 >/proc/self/oom_score_adj
exec 8<"$3/bwrap.arguments" 9<"$3/seccomp.filter"
_bwrap=$9
shift 9
PATH=$_path
exec "$_bwrap" --args 8 -- "$@"
