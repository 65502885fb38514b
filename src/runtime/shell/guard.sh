# What outlives us: started beside the shell of a run, it waits until its standard input ends. That is when we have gone
# without closing the run, by a crash or by SIGKILL. Then it ends the processes of the run and removes its files.
# Arguments: the run, its limit of file locks (processes.ts), and how the paths of its folders begin (scratch.ts).
trap '' HUP INT TERM
exec 2>/dev/null
read -r _ && exit

living() {
  if [ -d /proc/self ]; then
    grep -lsE "^Max file locks +$2 " /proc/[0-9]*/limits
    grep -lsaF "AGENTLM_RUN=$1" /proc/[0-9]*/environ
  else
    ps -axEww -o pid=,command= | grep "[A]GENTLM_RUN=$1"
  fi
}

for ((round = 0; round < 50; round++)); do
  alive=
  while read -r process _; do
    alive=yes
    process=${process#/proc/}
    kill -KILL "${process%/*}"
  done < <(living "$1" "$2")
  [ "$alive" ] || break
  sleep 0.1
done
rm -rf "$3"*
