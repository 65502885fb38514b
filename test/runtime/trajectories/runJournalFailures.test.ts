import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { human } from '../../../src/agent/conversation';
import type { UserError } from '../../../src/agent/errors';
import type { AgentEvent } from '../../../src/agent/events';
import type { RunHeader } from '../../../src/agent/runRecord';
import { listRuns, readRun } from '../../../src/runtime/trajectories/runHistory';
import { openJournal } from '../../../src/runtime/trajectories/runJournal';

const header: RunHeader = { version: 1, kind: 'os', problem: 'Count.', place: '/tmp', askedAt: 0, product: '0.1.0' };
const startedAs = (id: string): AgentEvent => ({
  type: 'started',
  id,
  kind: 'os',
  problem: header.problem,
  model: 'agentlm-7b',
  stepLimit: 8,
});
const said = (value: string): AgentEvent => ({ type: 'turn', turn: human(value) });

/** Code for another process, in which `journal` is open in `folder` and failures are printed as they are told. */
const inAnotherProcess = (folder: string, body: string): string => `
  const { openJournal, readRun, reviewRun } = require(${JSON.stringify(path.resolve('dist/runHistory.js'))});
  const folder = ${JSON.stringify(folder)};
  const journal = openJournal(folder, ${JSON.stringify(header)}, ({ code }) => console.log(code));
  const started = ${JSON.stringify(startedAs('os_1'))};
  const said = (value) => ({ type: 'turn', turn: { from: 'human', loss: null, value } });
  (async () => { ${body} })();
`;

const hasNamespaces = spawnSync('unshare', ['-Urm', 'true']).status === 0;

describe('The journal of a run, when it cannot be written', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'agentlm-journal-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const turnsOf = async (id: string): Promise<string[]> =>
    (await readRun(path.join(folder, 'runs'), id))?.events.flatMap(({ event }) =>
      event.type === 'turn' ? [event.turn.value] : [],
    ) ?? [];

  it('writes what waited as soon as it can be written, and says each trouble once', async () => {
    const place = path.join(folder, 'runs');
    writeFileSync(place, 'a file where the folder should be');
    const failures: UserError[] = [];
    const journal = openJournal(place, header, (error) => failures.push(error));
    journal.hear(startedAs('os_1'));
    await journal.flush();
    journal.hear(said('One.'));
    await journal.flush();
    rmSync(place);
    journal.hear(said('Two.'));
    await journal.flush();
    assert.deepEqual(await turnsOf('os_1'), ['One.', 'Two.']);
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['history.failed'],
    );
  });

  it('loses nothing on a full disk: what stood there stays, what did not fit follows when there is room', function () {
    if (!hasNamespaces) this.skip();
    const script = inAnotherProcess(
      path.join(folder, 'runs'),
      `journal.hear(started);
       journal.hear(said('One.'));
       await journal.flush();
       for (let turn = 0; turn < 8; turn++) {
         journal.hear(said('x'.repeat(20_000)));
         await journal.flush();
       }
       require('node:fs').rmSync(${JSON.stringify(path.join(folder, 'filler'))});
       journal.hear(said('Last.'));
       await journal.flush();
       const { events } = await readRun(folder, 'os_1');
       const turns = events.filter(({ event }) => event.type === 'turn').map(({ event }) => event.turn.value);
       console.log(turns.length, turns[0], turns.at(-1), new Set(turns).size);`,
    );
    const inside = [
      `mount -t tmpfs -o size=512k tmpfs ${folder}`,
      `head -c 400000 /dev/zero > ${path.join(folder, 'filler')}`,
      `exec ${process.execPath} -e "$1"`,
    ].join(' && ');
    const printed = execFileSync('unshare', ['-Urm', 'sh', '-c', inside, 'sh', script], { encoding: 'utf8' });
    assert.equal(printed, 'history.failed\n10 One. Last. 3\n');
  });

  it('says of a read-only folder that nothing can be kept there, to whoever is no administrator', function () {
    const isRoot = process.getuid?.() === 0;
    chmodSync(folder, 0o555);
    if (isRoot) chownSync(folder, 65534, 65534);
    const script = inAnotherProcess(
      path.join(folder, 'runs'),
      `journal.hear(started);
       await journal.flush();
       await reviewRun(folder, 'os_1', { type: 'verdict', verdict: 'accepted' }).catch(({ code }) => console.log(code));`,
    );
    const printed = execFileSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      ...(isRoot && { uid: 65534, gid: 65534, cwd: '/' }),
    });
    chmodSync(folder, 0o755);
    assert.equal(printed, 'history.failed\nhistory.review\n');
  });

  it('keeps whole what several windows write at once, also about one run', async () => {
    const place = path.join(folder, 'runs');
    const first = openJournal(place, header, (error) => assert.fail(error.message));
    first.hear(startedAs('os_0'));
    await first.flush();
    const windows = [1, 2, 3].map((number) =>
      spawn(
        process.execPath,
        [
          '-e',
          inAnotherProcess(
            place,
            `journal.hear({ ...started, id: 'os_${number}' });
             for (let turn = 0; turn < 40; turn++) {
               journal.hear(said('Turn ' + turn));
               await reviewRun(folder, 'os_0', { type: 'remark', tags: ['${number}'], note: 'n'.repeat(5000) + turn });
             }
             await journal.flush();`,
          ),
        ],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      ),
    );
    const codes = await Promise.all(windows.map(async (window) => (await once(window, 'exit'))[0] as number | null));
    assert.deepEqual(codes, [0, 0, 0]);
    assert.deepEqual((await listRuns(place)).map(({ id }) => id).sort(), ['os_0', 'os_1', 'os_2', 'os_3']);
    const expected = Array.from({ length: 40 }, (_, turn) => `Turn ${turn}`);
    for (const id of ['os_1', 'os_2', 'os_3']) assert.deepEqual(await turnsOf(id), expected);
    const lines = readFileSync(path.join(place, 'os_0.trajectory.jsonl'), 'utf8').split('\n');
    assert.equal(lines.filter((line) => line !== '' && JSON.parse(line)).length, 2 + 3 * 40);
  });

  it('can be killed at any moment: what is read back is a beginning of what happened', async () => {
    const place = path.join(folder, 'runs');
    for (let round = 0; round < 5; round++) {
      const id = `os_${round}`;
      const script = inAnotherProcess(
        place,
        `journal.hear({ ...started, id: '${id}' });
         for (let turn = 0; ; turn++) {
           journal.hear(said('Turn ' + turn + ' ' + 'x'.repeat(3000)));
           await journal.flush();
           console.log(turn);
         }`,
      );
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      let told = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (told.split('\n').length > 10 * (round + 1)) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const turns = await turnsOf(id);
      turns.forEach((turn, index) => assert.ok(turn.startsWith(`Turn ${index} `)));
      const flushed = told.split('\n').length - 1;
      assert.ok(turns.length >= flushed, `${flushed} turns were on the disk, ${turns.length} are read`);
    }
  });
});
