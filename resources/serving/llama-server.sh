#!/bin/sh
# AgentLM on llama.cpp: sh llama-server.sh agentlm-7b.Q4_K_M.gguf [SLOTS [OTHER ARGUMENTS]]
#
# SLOTS runs at a time, each with a window of its own; 1 unless told. -c is divided among the slots. Left to its defaults,
# the server shares one window among four, and two long requests end each other ("Context size has been exceeded").
# Only this machine can connect. For others: --host ADDRESS --api-key SECRET as other arguments.
file=${1:?which .gguf file?}
slots=${2:-1}
command -v llama-server >/dev/null || {
  echo 'There is no llama-server on the PATH. It is part of llama.cpp: "brew install llama.cpp", or unpack a release of' >&2
  echo 'https://github.com/ggml-org/llama.cpp/releases and add its folder to the PATH.' >&2
  exit 127
}
[ $# -gt 2 ] && shift 2 || shift $#
exec llama-server --model "$file" --alias "$(basename "$file" .gguf)" --host 127.0.0.1 --port 8080 \
  -c $((slots * 4096)) -np "$slots" --metrics "$@"
