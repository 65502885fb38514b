import assert from 'node:assert/strict';
import path from 'node:path';
import { serveFile } from '../../src/cli/serveFile';
import { UserError } from '../../src/agent/errors';
import { bench, isAlive, never } from '../runtime/localModel/fakePrograms';

describe('agentlm run --local', () => {
  const workbench = bench();
  const { PATH } = process.env;
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  it('serves the file with the llama-server of the PATH, until it is stopped', async () => {
    const program = workbench.llamaServer({ loading: 100 });
    process.env['PATH'] = `${path.dirname(program)}${path.delimiter}${PATH}`;
    const model = await serveFile(workbench.model(), never);
    const { pid } = await workbench.birth(program);
    assert.equal(isAlive(pid), true);
    assert.match(model.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    await model.stop();
    assert.equal(isAlive(pid), false);
  });

  it('says that there is no llama-server', async () => {
    const home = process.env['HOME'];
    process.env['PATH'] = workbench.folder;
    process.env['HOME'] = workbench.folder;
    try {
      await assert.rejects(serveFile(workbench.model(), never), (error) => UserError.is(error));
    } finally {
      process.env['HOME'] = home;
    }
  });
});
