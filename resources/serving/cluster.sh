#!/bin/sh
# AgentLM 70B on several machines with vLLM and Ray, for a team that outgrows one of them. A replica is one copy of the
# model on as many machines as it needs; the router gives all replicas one address.
#
#   sh cluster.sh head                          on the first machine of each replica
#   sh cluster.sh worker HEAD_ADDRESS           on each other machine of it
#   sh cluster.sh serve                         on the first, once all have joined; GPUS=4 in all of the replica
#   sh cluster.sh router http://A:8000 http://B:8000       once, with the first machine of each replica
#
# These ports have no password: keep them in a network of your own, and give users the router's, 8001, alone.
# `vllm-router` is the one of github.com/vllm-project/production-stack. The package of that name on PyPI is another program.
role=$1
[ $# -gt 0 ] && shift
need() {
  command -v "$1" >/dev/null && return
  echo "There is no $1 on the PATH. Get it with: $2" >&2
  exit 127
}
case $role in
head)
  need ray 'pip install "ray[default]" vllm'
  exec ray start --head --port=6379 --block
  ;;
worker)
  need ray 'pip install "ray[default]" vllm'
  exec ray start --address="${1:?which head?}:6379" --block
  ;;
serve)
  need vllm 'pip install "ray[default]" vllm'
  exec vllm serve THUDM/agentlm-70b --served-model-name agentlm-70b --max-model-len 4096 --generation-config vllm \
    --enable-prompt-tokens-details --tensor-parallel-size "${GPUS:-4}" --distributed-executor-backend ray "$@"
  ;;
router)
  : "${1:?which replicas?}"
  need vllm-router 'git clone https://github.com/vllm-project/production-stack && pip install ./production-stack'
  backends=$(IFS=,; echo "$*")
  models=$(for _ in "$@"; do printf ',agentlm-70b'; done)
  # A conversation stays with one replica: that one has its prompt in the prefix cache.
  exec vllm-router --port 8001 --service-discovery static --static-backends "$backends" --static-models "${models#,}" \
    --routing-logic session --session-key x-session-id
  ;;
*)
  sed -n '2,/^role/s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
