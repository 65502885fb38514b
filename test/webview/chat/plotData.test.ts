import assert from 'node:assert/strict';
import type { Cell, ColumnKind, Grid } from '../../../src/protocol/reviewMessages';
import { plotOf } from '../../../src/webview/chat/plotData';

function gridOf(kinds: readonly ColumnKind[], rows: readonly (readonly Cell[])[], more: Partial<Grid> = {}): Grid {
  const columns = kinds.map((kind, index) => ({ name: `c${index}`, kind }));
  return { columns, rows, rowCount: rows.length, complete: true, ...more };
}

describe('Rows that can be drawn', () => {
  it('are bars where the label is a name, whichever column it is', () => {
    const expected = {
      kind: 'bar',
      labelName: 'c0',
      valueName: 'c1',
      labels: ['Tea', 'NULL'],
      positions: [0, 1],
      hasMoments: false,
      values: [2.5, null],
    };
    const rows: readonly (readonly Cell[])[] = [
      ['Tea', '2.50'],
      [null, null],
    ];
    assert.deepEqual(plotOf(gridOf(['text', 'decimal'], rows)), expected);
    assert.deepEqual(
      plotOf(
        gridOf(
          ['decimal', 'text'],
          rows.map((row) => row.toReversed()),
        ),
      ),
      { ...expected, labelName: 'c1', valueName: 'c0' },
    );
  });

  it('are a line where labels are numbers or moments that only grow', () => {
    const years = plotOf(
      gridOf(
        ['integer', 'real'],
        [
          [2022, 1],
          [2024, 3],
        ],
      ),
    );
    assert.deepEqual([years?.kind, years?.positions, years?.hasMoments], ['line', [2022, 2024], false]);
    const days = plotOf(
      gridOf(
        ['text', 'integer'],
        [
          ['1970-01-02', 1],
          ['1970-01-03 00:00:01', { integer: '9' }],
        ],
      ),
    );
    assert.deepEqual([days?.kind, days?.positions, days?.hasMoments], ['line', [86_400, 172_801], true]);
    assert.deepEqual(days?.values, [1, 9]);
    assert.equal(
      plotOf(
        gridOf(
          ['integer', 'integer'],
          [
            [3, 1],
            [1, 2],
          ],
        ),
      )?.kind,
      'bar',
    );
  });

  it('are not: one row, other columns, names that come twice, a part of the rows, a wall of bars', () => {
    const two = [
      ['a', 1],
      ['b', 2],
    ];
    assert.ok(plotOf(gridOf(['text', 'integer'], two)));
    assert.equal(plotOf(gridOf(['text', 'integer'], [['a', 1]])), undefined);
    assert.equal(
      plotOf(
        gridOf(
          ['text', 'text'],
          [
            ['a', 'b'],
            ['c', 'd'],
          ],
        ),
      ),
      undefined,
    );
    assert.equal(
      plotOf(
        gridOf(
          ['bytes', 'integer'],
          [
            [{ bytes: '00', length: 1 }, 1],
            [null, 2],
          ],
        ),
      ),
      undefined,
    );
    assert.equal(
      plotOf(
        gridOf(
          ['text', 'integer', 'integer'],
          [
            ['a', 1, 1],
            ['b', 2, 2],
          ],
        ),
      ),
      undefined,
    );
    assert.equal(
      plotOf(
        gridOf(
          ['text', 'integer'],
          [
            ['a', 1],
            ['a', 2],
          ],
        ),
      ),
      undefined,
    );
    assert.equal(plotOf(gridOf(['text', 'integer'], two, { rowCount: 3 })), undefined);
    assert.equal(plotOf(gridOf(['text', 'integer'], two, { complete: false })), undefined);
    const many = Array.from({ length: 61 }, (_, index) => [`n${index}`, index]);
    assert.equal(plotOf(gridOf(['text', 'integer'], many)), undefined);
  });
});
