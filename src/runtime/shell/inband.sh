# The rc file of the agent's bash. From its first prompt on, bash runs a loop inside PROMPT_COMMAND: it reads the path of
# a command file from the terminal, runs that file and prints marks around it, without ever coming to a prompt. So a
# command may hold anything (here-documents, tabs, unfinished quotes), and standard input stays free for the user.
#
# A mark is ESC ] 633 ; NONCE ; body ; NONCE BEL. Its body is R;<exit code> (ready for a command), C (the command starts),
# D;<exit code>;<directory> (it ended) or V;<commands that export what is exported>. NONCE tells them from marks that a
# command prints; it is no secret.
#
# What looks odd below, and why:
# - PROMPT_COMMAND is a string, not a function, so that declarations of the command stay global. No comments in it: a
#   command can switch them off.
# - /dev/tty is opened anew each time: a command could close a saved descriptor, and its children would inherit it.
# - The report stands in the loop's condition: Ctrl-C and `set -u` throw bash back to its prompt, which starts the loop
#   anew, and it still owes the mark of the command that was cut off. Ctrl-Z and a stray `break` end the loop instead:
#   then the last line enters it again.
# - The command is sourced: only inside `.` does a loop like this drop finished jobs from the job table. `jobs` does it
#   for the `stty` before it.
# - `stty sane` comes after D, when nobody waits: a killed full-screen program leaves the terminal raw.
# - `read -s -p` turns the echo off before it prints R, so the line that follows is never seen. It fails on a Ctrl-D
#   typed ahead; if it goes on failing, the terminal is gone. A line without the nonce was typed ahead, for a command
#   that did not read it, and is dropped. TMOUT would end `read`.
# - DIRSTACK[0] is the directory even where the command has assigned PWD.
# - PROMPT_COMMAND is assigned only where it was changed: where it is readonly, that would throw bash back once more. R has
#   the exit code again for a command that unset every variable it found, with them the one that tells that it runs.
# - \builtin and the outer redirections keep the command's aliases, functions, traps and `set -x` out of the marks.

unset HISTFILE
shopt -s execfail # as in every interactive shell, which a sourced file is none of
ulimit -S -c 0 # Ctrl-\ must leave no core file in the workspace
# What marks every process of the run (processes.ts): it survives an empty environment and a new session. Linux only.
ulimit -x @LOCKS@ 2>/dev/null

IFS= read -r -d '' _agentlm_loop <<'LOOP'
while
  {
    _agentlm_status=$?
    \builtin enable . command enable eval exit export jobs printf read set unset
    \builtin set +euvx -m
    case ${_agentlm_running-} in
      yes)
        _agentlm_running=
        \builtin printf '\033]633;@NONCE@;D;%s;%s;@NONCE@\007' "$_agentlm_status" "${DIRSTACK[0]}" >/dev/tty
        ;;
    esac
    case ${PROMPT_COMMAND[*]-} in
      "$_agentlm_loop") ;;
      *)
        \builtin unset PROMPT_COMMAND
        PROMPT_COMMAND=$_agentlm_loop
        ;;
    esac
    \builtin command stty sane </dev/tty
    {
      \builtin printf '\033]633;@NONCE@;V;'
      \builtin export -p
      \builtin printf ';@NONCE@\007'
    } >/dev/tty
    \builtin jobs
    _agentlm_failures=
  } >/dev/null 2>&1
  until IFS= TMOUT= \builtin read -r -s -p $'\033]633;@NONCE@;R;'"$_agentlm_status"$';@NONCE@\007' _agentlm_line </dev/tty 2>/dev/tty; do
    _agentlm_failures+=x
    case $_agentlm_failures in xxxxxxxx) \builtin exit ;; esac
  done
do
  case $_agentlm_line in
    *@NONCE@:*)
      {
        _agentlm_running=yes
        \builtin printf '\033]633;@NONCE@;C;@NONCE@\007' >/dev/tty
      } >/dev/null 2>&1
      \builtin . "${_agentlm_line##*@NONCE@:}"
      ;;
  esac
done
case ${_agentlm_running-} in yes) \builtin eval "$_agentlm_loop" ;; esac
LOOP
declare -r _agentlm_loop
PROMPT_COMMAND=$_agentlm_loop
