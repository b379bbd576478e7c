import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { drawSmear } from '../../src/generate/smear.js';
import { CELL_CLASSES } from '../../src/images.js';
import { ended, Lab } from '../daemon/lab.js';
import { SMEAR_SIZE } from '../fixtures/images.js';
import { missedRun } from '../fixtures/missed-run.js';
import { addLeNet5 } from '../fixtures/registry.js';
import { hasProgram } from './promtool.js';
import { PrometheusServer } from './prometheus-server.js';
import {
  alertQueries,
  asGrafanaAsks,
  panelQueries,
  recordingQueries,
  variableQueries,
  type AskedQuery,
} from './queries.js';

const RATE_INTERVAL = '1m';
/** Panels that rightly show nothing here, and why. All others must have data. */
const NOTHING_TO_SHOW: Readonly<Record<string, string>> = {
  'sum(increase(smearwatch_image_retries_total{instance=~".*", scanner=~".*"}[1h]))':
    'no attempt at an image has failed',
};
const BOTH = ['lenet5', 'second'];

/**
 * A lab where everything that can be shown comes about: labels, drift, quarantine, a made-up evaluation, two
 * models.
 */
async function busyLab(): Promise<Lab> {
  const lab = await Lab.open();
  await addLeNet5(lab.registry, 7, { name: 'second' });
  lab.configure(
    {
      models: { registry: 'models', use: BOTH.map((model) => ({ model })) },
      drift: { window: 50 },
      evaluation: {
        gates: [{ figure: 'shareRight', min: 0 }],
        schedule: { ...missedRun(join(lab.folder, 'state')), data: ['cells'], threads: 1 },
      },
    },
    { labels: 'folder', rescanIntervalMs: 1000, settle: { quietMs: 50, incompleteAfterMs: 200 } },
  );
  for (const name of CELL_CLASSES) {
    mkdirSync(join(lab.folder, 'cells', name), { recursive: true });
    for (let image = 0; image < 3; image += 1)
      writeFileSync(join(lab.folder, 'cells', name, `${image}.png`), await smear(200 + image, name));
  }
  return lab;
}

const drawings = CELL_CLASSES.map((_, seed) => drawSmear({ seed, index: 0, ...SMEAR_SIZE }).pixels);

/** Another image for every number, without drawing each. */
function smear(number: number, name: string): Promise<Buffer> {
  const pixels = Buffer.from(drawings[number % drawings.length] ?? []);
  pixels.set([number % 256, CELL_CLASSES.findIndex((each) => each === name)]);
  return sharp(pixels, { raw: { ...SMEAR_SIZE, channels: 3 } })
    .png()
    .toBuffer();
}

async function scan(lab: Lab, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number += 1) {
    const name = CELL_CLASSES[number % CELL_CLASSES.length] ?? '';
    lab.put(`${name}/${number}.png`, await smear(number, name));
  }
  lab.put(`broken-${from}.png`, `no image ${from}`);
}

async function withoutData(
  prometheus: PrometheusServer,
  queries: readonly AskedQuery[],
): Promise<AskedQuery[]> {
  const answers = await Promise.all(
    queries.map(async ({ where, expr }) => {
      const asked = asGrafanaAsks(expr, RATE_INTERVAL);
      const samples = await prometheus.query(asked);
      return { where, expr: asked, hasData: samples.some(({ value }) => Number.isFinite(value)) };
    }),
  );
  return answers.filter(({ hasData, expr }) => !hasData && NOTHING_TO_SHOW[expr] === undefined);
}

describe.skipIf(!hasProgram('prometheus', 'no query was tried on a real Prometheus'))(
  'A real Prometheus that watches a daemon under load',
  () => {
    it('answers every query of every panel and rule, and notices when the daemon is gone', async () => {
      const lab = await busyLab();
      const daemon = lab.run();
      const prometheus = await PrometheusServer.start(join(lab.folder, 'prometheus'), await daemon.ready());
      await scan(lab, 0, 60);
      await ended(daemon, 61);
      await vi.waitFor(async () => {
        const [seen] = await prometheus.query('sum(smearwatch_images_total{outcome="quarantined"})');
        expect(seen?.value).toBe(1);
      }, PATIENCE);
      await scan(lab, 60, 60);
      await ended(daemon, 122);
      await daemon.logged(({ msg }) => msg === 'Evaluation finished');

      const records = recordingQueries.map(({ where }) => ({ where, expr: where }));
      await vi.waitFor(
        async () =>
          expect(await withoutData(prometheus, [...panelQueries, ...variableQueries, ...records])).toEqual(
            [],
          ),
        PATIENCE,
      );
      const renamed = [{ where: 'a metric that was renamed', expr: 'sum(smearwatch_pictures_total)' }];
      expect(await withoutData(prometheus, renamed)).toHaveLength(1);
      for (const { expr } of [...alertQueries, ...recordingQueries]) await prometheus.query(expr);
      const rules = await prometheus.rules();
      expect(rules).toHaveLength(alertQueries.length + recordingQueries.length);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);

      const [series] = await prometheus.query('max_over_time(scrape_samples_scraped[10m])');
      const [took] = await prometheus.query('quantile_over_time(0.5, scrape_duration_seconds[10m])');
      console.info(
        `${series?.value} samples a scrape, ${((took?.value ?? 0) * 1000).toFixed(1)} ms (median, under load)`,
      );
      expect(series?.value).toBeLessThan(1500);

      await daemon.stop();
      await vi.waitFor(async () => {
        const down = (await prometheus.rules()).find(({ name }) => name === 'SmearwatchDown');
        expect(down?.state).toBe('pending');
      }, PATIENCE);
    }, 180_000);
  },
);

const PATIENCE = { timeout: 45_000, interval: 500 };
