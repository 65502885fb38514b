/**
 * The program between us and a model server, as text for `node -e`: so it needs no file, wherever we are installed.
 * Arguments: milliseconds of grace, then the server and its arguments. Its stdin is held open by us; when it ends, because
 * we said so or because we are gone (a crash and SIGKILL included), the whole process group ends. Without it, a server would
 * keep many gigabytes of the GPU after an editor that died. It leaves with the exit code of the server.
 */
export const guardScript = `
const { spawn, spawnSync } = require('node:child_process');
const { constants } = require('node:os');
const [grace, program, ...rest] = process.argv.slice(1);
delete process.env.ELECTRON_RUN_AS_NODE;

const server = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
const endGroup = (signal) =>
  process.platform === 'win32'
    ? spawnSync('taskkill', ['/pid', String(server.pid), '/T', '/F'])
    : process.kill(0, signal);

let stopping = false;
process.on('SIGTERM', () => {});
process.stdin.on('error', () => {}).on('close', () => {
  stopping = true;
  endGroup('SIGTERM');
  setTimeout(endGroup, Number(grace), 'SIGKILL');
}).resume();

server.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
server.on('exit', (code, signal) => {
  if (stopping) endGroup('SIGKILL');
  process.exit(code ?? 128 + constants.signals[signal]);
});
`;
