import { expect, it } from 'vitest';
import { FAULTS } from './faults.js';
import { torture } from './torture.js';

/** A round of each quick fault; `npx tsx scripts/torture.ts` plays hundreds, of all of them. */
it('loses nothing and doubles nothing, however the daemon ends', async () => {
  const faults = FAULTS.filter(({ isQuick }) => isQuick);
  const { table, findings } = await torture({ faults, rounds: faults.length, images: 12, seed: 1 });
  expect(findings).toEqual([]);
  expect(table.filter(({ struck }) => struck === 0)).toEqual([]);
}, 600_000);
