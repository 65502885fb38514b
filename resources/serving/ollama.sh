#!/bin/sh
# AgentLM on Ollama: sh ollama.sh agentlm-7b.Q4_K_M.gguf
#
# Makes a model of the file, once, under its name. Ollama has to run: its app, or `ollama serve`. It needs no template and
# no window here: AgentLM for VS Code sends the whole prompt itself (raw) and asks for 4096 tokens with each request.
file=${1:?which .gguf file?}
command -v ollama >/dev/null || {
  echo 'There is no ollama on the PATH. Install it from https://ollama.com/download and start it.' >&2
  exit 127
}
folder=$(cd "$(dirname "$file")" && pwd) || exit
modelfile=$(mktemp) || exit
trap 'rm -f "$modelfile"' EXIT
echo "FROM $folder/$(basename "$file")" >"$modelfile"
ollama create "$(basename "$file" .gguf)" -f "$modelfile"
