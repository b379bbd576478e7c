import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Lab } from './lab.js';

/** Real labelled cells, which are not part of the repository. */
const CELLS = fileURLToPath(new URL('../../../shared/data/cells', import.meta.url));
const TRUNCATED = 'abnormal-monocyte/ffcad3d36d49d928.jpg';
const PER_CLASS = 20;

describe.skipIf(!existsSync(CELLS))('Real cells (left out where ../shared/data/cells is absent)', () => {
  it('are classified once each; the truncated one is quarantined; a second run classifies nothing', async () => {
    const lab = await Lab.open(
      {},
      {
        labels: 'folder',
        expectedSize: { otherwise: 'accept' },
        settle: { quietMs: 50, incompleteAfterMs: 100 },
      },
    );
    for (const folder of ['normal-monocyte', 'abnormal-monocyte', 'lymphocyte']) {
      mkdirSync(lab.path(folder), { recursive: true });
      for (const name of readdirSync(join(CELLS, folder)).slice(0, PER_CLASS)) {
        copyFileSync(join(CELLS, folder, name), lab.path(`${folder}/${name}`));
      }
    }
    copyFileSync(join(CELLS, TRUNCATED), lab.path(TRUNCATED));
    expect(await lab.run('--once').exit()).toBe(3);
    const quarantined = await lab.withLedger((ledger) => ledger.browse.quarantined({ limit: 10 }));
    expect(quarantined).toMatchObject([{ path: TRUNCATED, code: 'image-truncated' }]);
    const documents = [...lab.documents().values()];
    expect(documents).toHaveLength(3 * PER_CLASS);
    expect(documents.every(({ label, image }) => image.path.startsWith(`${label ?? ''}/`))).toBe(true);
    const again = lab.run('--once');
    expect(await again.exit()).toBe(0);
    expect(again.log.find(({ msg }) => msg === 'Stopped')?.['ended']).toMatchObject({
      classified: 0,
      quarantined: 0,
    });
  });
});
