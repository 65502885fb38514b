import type { DatabaseChanges, ReviewState } from '../../src/protocol/reviewMessages';
import { pageStrings } from '../../src/vscode/pages/pageStrings';
import { hostileText } from './chatStates';
import type { PageState } from './pageStates';

const changes: DatabaseChanges = {
  schema: [
    {
      kind: 'created',
      type: 'index',
      name: 'by_category',
      before: null,
      after: 'CREATE INDEX by_category ON products (category)',
    },
    { kind: 'renamed', type: 'table', name: 'clients', oldName: 'customers', before: null, after: null },
    {
      kind: 'dropped',
      type: 'view',
      name: hostileText,
      before: `CREATE VIEW "${hostileText}" AS SELECT 1`,
      after: null,
    },
  ],
  tables: [
    {
      table: 'products',
      columns: ['id', 'name', 'price', hostileText.slice(0, 120)],
      inserted: 1,
      updated: 400,
      deleted: 1,
      rows: [
        { kind: 'inserted', before: null, after: [9, 'Oolong', 12.5, null] },
        { kind: 'updated', before: [1, 'Assam', 8, 'x'], after: [1, 'Assam', { integer: '9007199254740993' }, null] },
        {
          kind: 'updated',
          before: [2, hostileText, 8, null],
          after: [2, 'x'.repeat(300), 8.8, { bytes: '00ff', length: 40 }],
        },
        { kind: 'deleted', before: [3, 'Sencha', null, hostileText], after: null },
      ],
    },
  ],
};

const waiting: ReviewState = {
  problem: `Raise the price of every tea by 10 percent. ${hostileText}`,
  database: 'shop.sqlite',
  path: 'data/shop.sqlite',
  isOnServer: false,
  canApply: true,
  phase: 'waiting',
  changes,
  report: undefined,
};

const applied: ReviewState = {
  ...waiting,
  phase: 'applied',
  report: {
    applied: true,
    tables: [{ table: 'products', inserted: 1, updated: 400, deleted: 1 }],
    schemaChanges: 3,
    conflictCount: 0,
    conflicts: [],
    backup: 'shop.sqlite.before-2026-11-22',
  },
};

/** The page of a database's changes in a state of it. */
export function reviewPage(state: ReviewState): PageState {
  return { page: 'review', answers: { ready: { state, strings: pageStrings() } }, shows: 'h1' };
}

/** Every state of that page, by the name that a test or a picture of it carries. */
export const reviewStates: Readonly<Record<string, ReviewState>> = {
  reading: { ...waiting, phase: 'reading', changes: undefined },
  waiting,
  'nothing changed': { ...waiting, changes: { schema: [], tables: [] } },
  working: { ...waiting, phase: 'working' },
  'data files': { ...waiting, canApply: false },
  conflicts: {
    ...waiting,
    report: {
      applied: false,
      tables: [],
      schemaChanges: 0,
      conflictCount: 2,
      conflicts: [
        {
          table: 'products',
          columns: ['id', 'name'],
          found: [1, 'Assam'],
          left: [1, 'Assam No. 1'],
          now: [1, hostileText],
        },
        { table: 'products', columns: ['id', 'name'], found: [2, 'Sencha'], left: null, now: null },
      ],
      backup: null,
    },
  },
  applied,
  'applied on a server': { ...applied, path: 'mysql://ana@db.example:3306/shop', isOnServer: true },
  discarded: { ...waiting, phase: 'discarded' },
};
