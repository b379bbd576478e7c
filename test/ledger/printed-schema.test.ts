import { DatabaseSync } from '@photostructure/sqlite';
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { generatedLedgerSchema } from '../../scripts/generated/ledger-schema.js';
import { filledLedger } from './filled.js';

it.each(Object.entries(generatedLedgerSchema()))('%s is up to date', (path, content) => {
  const committed = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(committed, 'out of date: run `npm run generate`').toBe(content);
});

it('docs/ledger-schema.sql is SQL, and makes the tables, indexes and triggers of a ledger', () => {
  const [sql = ''] = Object.values(generatedLedgerSchema());
  const printed = new DatabaseSync(':memory:');
  const real = new DatabaseSync(filledLedger(1).file, { readOnly: true });
  onTestFinished(() => {
    printed.close();
    real.close();
  });
  printed.exec(sql);
  const parts = (database: typeof real): unknown[] =>
    database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
  expect(parts(printed)).toEqual(parts(real));
});
