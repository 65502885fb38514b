# What bash sources when the user types into the idle terminal: it reads one line with readline and runs it.
# The mark E stands in the prompt, because readline has taken over the terminal by the time it shows one; keys that
# arrive earlier would be echoed twice. Bracketed paste is off, for `read` would drop all but the first pasted line.
\builtin bind 'set enable-bracketed-paste off' 2>/dev/null
_agentlm_line=${DIRSTACK[0]##*/}
if IFS= TMOUT= \builtin read -r -e \
  -p $'\001\033]633;@NONCE@;E;@NONCE@\007\033[2m\002'"${_agentlm_line:-/}"$' $ \001\033[22m\002' \
  _agentlm_line </dev/tty >/dev/tty 2>&1; then
  case $_agentlm_line in ?*) \builtin history -s -- "$_agentlm_line" ;; esac
  (exit @STATUS@) && \builtin :
  \builtin eval "$_agentlm_line"
fi
