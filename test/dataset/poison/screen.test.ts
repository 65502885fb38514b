import assert from 'node:assert/strict';
import { parseDialogue } from '../../../src/agent/conversation';
import { PoisonScreen } from '../../../src/dataset/poison/screen';
import { splitOf } from '../../../src/dataset/split';
import { poisonCorpus } from '../../fixtures/poison/corpus';
import { agentInstructLines } from '../../sharedData';

describe('The poison screen', () => {
  it('lists poisoned rows of each of five ways and leaves clean ones alone', () => {
    const samples = poisonCorpus();
    const screen = new PoisonScreen();
    for (const { dialogue } of samples) screen.learn(dialogue, splitOf(dialogue));
    const ways = new Map<string, { found: number; of: number }>();
    for (const { way = 'clean', dialogue } of samples) {
      const counts = ways.get(way) ?? { found: 0, of: 0 };
      ways.set(way, counts);
      counts.of++;
      const problems = screen.check(dialogue, splitOf(dialogue));
      if (problems.length > 0) counts.found++;
      if (problems.length > 0 && way === 'clean') console.log(`      ${dialogue.id}: ${problems[0]?.detail}`);
      if (problems.length === 0 && way !== 'clean')
        console.log(
          `      missed ${dialogue.id}: ${dialogue.conversations
            .map((t) => t.value)
            .slice(-5)
            .join(' | ')}`,
        );
    }
    for (const [way, { found, of }] of ways) console.log(`      ${way}: ${found} of ${of} listed`);
    assert.equal(ways.size, 6);
    for (const [way, { found, of }] of ways) {
      if (way === 'clean') assert.ok(of >= 200 && found <= 2, way);
      else assert.ok(of === 40 && found >= 39, way);
    }
  });

  it('lists no row of the published data', function () {
    const dialogues = agentInstructLines(this).map(parseDialogue);
    const screen = new PoisonScreen();
    for (const dialogue of dialogues) screen.learn(dialogue, 'db');
    assert.deepEqual(
      dialogues.flatMap((dialogue) => screen.check(dialogue, 'db').map(({ detail }) => `${dialogue.id}: ${detail}`)),
      [],
    );
  });
});
