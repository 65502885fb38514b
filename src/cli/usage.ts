import { datasetUsage } from './datasetArguments';
import { dbChangesUsage } from './dbChangesArguments';
import { evalOptionsUsage, evalUsage } from './evalArguments';
import { tasksUsage } from './tasksArguments';

export const usage = `Usage:
  agentlm run os "<task>" [--cwd DIR] [options]
  agentlm run db "<question>" --database FILE [options]
  agentlm run db "<question>" --database mysql://USER@HOST/DATABASE --db-access read|scratch [options]
  agentlm changes [list | show ID | apply ID [PATH…] | discard ID] [--include-git] [--overwrite] [--json]
  agentlm doctor --endpoint URL [--model ID] [--api-key-env NAME] [--json]
  agentlm replay FILE [--id ID] [--cwd DIR] [--sandbox KIND] [--database FILE] [--dialect NAME] [--approve MODE] [--json]
  agentlm policy "<command>" | --stdin [--mode MODE] [--json]
  agentlm chat [--endpoint URL|demo] [--local FILE] [--model ID] [--api-key-env NAME] [--context N] [--reply-tokens N]
  agentlm demo [options]
  agentlm --version
${dbChangesUsage}
${datasetUsage}
${evalUsage}
${tasksUsage}
Options:
  --endpoint URL|demo   where the model answers, e.g. http://localhost:8000 (or AGENTLM_ENDPOINT)
  --local FILE.gguf     serve this model with llama-server for the run, instead of --endpoint
  --model ID            as the endpoint calls it; its first model if left out
  --api-key-env NAME    the environment variable that holds the API key
  --steps N             replies the model may give (8 for os, 15 for db)
  --context N           tokens the model can read, at most 4096
  --approve MODE        ask (default), reads, all, or none: which commands run unasked, or none at all
  --sandbox KIND        workspace (default where it works), container, or off: where commands are executed
  --network             commands in the sandbox may use the network
  --image IMAGE         of the container
  --container-engine C  that makes it, e.g. docker, or "podman --runtime runc"; podman or docker if left out
  --record FILE         append the run to FILE as AgentInstruct when it answered or finished, without its secrets
  --export FILE.csv     write all rows of the last query of run db to FILE.csv
  --tables A,B          the tables that run db is about: the model is told all of their columns, of the others the names
  --db-access KIND      what run db may do on a server (mysql, mariadb, postgres): read, or work on a scratch copy
  --db-scratch PLACE    where that copy is made: server or local; on the server where its rights allow it, if left out
  --db-password-env V   the environment variable that holds the password (AGENTLM_DB_PASSWORD); else you are asked
  --dialect NAME        what run db reads statements as: mysql (default) or sqlite
  --prompt own|trained  the instruction that the model reads: this product's (default), or that of --trained-from
  --trained-from FILE   AgentInstruct rows whose first turns are sent byte for byte
  --no-prompt-tail      do not end the output of commands with the prompt of the shell
  --json                one event a line on standard output; of doctor one object

${evalOptionsUsage}
What run os changes in a sandbox waits for changes apply or discard. run db works on a copy of the database. What it changes there waits for db-changes apply or discard.

Exit code: 0 answered or finished, 1 any other outcome or a file that could not be written, 2 wrong usage, 3 endpoint
unreachable or refusing, 130 interrupted. Of doctor: 0 nothing failed, 1 a check failed. Of replay: 0 every observation is
the same, 1 one differs. Of changes and db-changes: 0 done, 1 not applied, 2 no such run. Of eval and tasks run: 0 when every task was
attempted. Of tasks propose: 0 when there is a new task. Of dataset validate: 0 every row is sound, 1 problems were found. Of dataset stats and errors: 1 there is no row. Of dataset convert: 0 written, 1 no row could
be written, or one was refused under --strict. Of dataset, a file that cannot be read or written: 2.
`;
