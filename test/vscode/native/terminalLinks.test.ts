import assert from 'node:assert/strict';
import { findRunLinks } from '../../../src/vscode/native/terminalLinks';

describe('Links to runs in a terminal', () => {
  it('are found with and without a step, as often as they stand there', () => {
    const line = 'see trajectory:os_1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed#step3 and trajectory:db_x.';
    assert.deepEqual(
      findRunLinks(line).map(({ id, startIndex, length }) => [id, line.slice(startIndex, startIndex + length)]),
      [
        ['os_1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed', 'trajectory:os_1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed#step3'],
        ['db_x', 'trajectory:db_x'],
      ],
    );
  });

  it('are nothing else', () => {
    for (const line of ['trajectory:', 'trajectory:/etc/passwd', 'mytrajectory:os_1', 'os_1']) {
      assert.deepEqual(findRunLinks(line), [], line);
    }
  });
});
