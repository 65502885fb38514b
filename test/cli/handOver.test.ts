import assert from 'node:assert/strict';
import { canRunHere } from '../../src/cli/handOver';

describe('An old Node', () => {
  for (const [version, can] of [
    ['18.19.0', false],
    ['20.20.2', false],
    ['22.12.0', false],
    ['22.13.0', true],
    ['24.21.0', true],
  ] as const) {
    it(`${version} ${can ? 'runs the commands itself' : 'hands over'}`, () => assert.equal(canRunHere(version), can));
  }
});
