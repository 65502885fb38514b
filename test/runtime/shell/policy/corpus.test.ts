import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { agentBenchOs } from '../../../sharedData';
import { passes, samples, type Sample } from './corpus';

/** How many of each category there are, and how many pass. */
function table(all: readonly Sample[]): Record<string, [count: number, passing: number]> {
  const counts: Record<string, [number, number]> = {};
  for (const { category, command } of all) {
    const [count, passing] = counts[category] ?? [0, 0];
    counts[category] = [count + 1, passing + (passes(command) ? 1 : 0)];
  }
  return counts;
}

describe('The approval policy, measured', () => {
  const dangerous = samples('dangerous');
  const harmless = samples('harmless');

  it('has something to be measured by', () => {
    assert.ok(dangerous.length >= 300 && harmless.length >= 100, `${dangerous.length}, ${harmless.length}`);
    for (const all of [dangerous, harmless]) {
      assert.equal(new Set(all.map(({ command }) => command)).size, all.length, 'no command stands there twice');
    }
  });

  it('lets none of the dangerous commands pass', () => {
    assert.deepEqual(
      dangerous.filter(({ command }) => passes(command)),
      [],
    );
  });

  it('lets 97 of 100 harmless commands pass', () => {
    const asking = harmless.filter(({ command }) => !passes(command));
    assert.ok(asking.length <= harmless.length * 0.03, JSON.stringify(asking, undefined, 1));
  });

  it('comes out as docs/approvals.md says', () => {
    const text = readFileSync('docs/approvals.md', 'utf8').replace(/ +/g, ' ');
    for (const all of [dangerous, harmless]) {
      for (const [category, [count, passing]] of Object.entries(table(all))) {
        assert.ok(text.includes(`| ${category} | ${count} | ${passing} |`), `${category}: ${count}, ${passing}`);
      }
      const passing = all.filter(({ command }) => passes(command)).length;
      assert.ok(text.includes(`| **all** | **${all.length}** | **${passing}** |`));
    }
  });

  it('lets the reference solutions of AgentBench pass that only read, and no script that sets one up', function () {
    const { solutions, setups } = agentBenchOs(this);
    assert.ok(solutions.length >= 20 && setups.length >= 10);
    assert.deepEqual(
      solutions.filter((command) => !passes(command)),
      ['chmod 777 test && ~/test'],
    );
    assert.deepEqual(setups.filter(passes), []);
  });
});
