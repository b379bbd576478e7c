import { expect, it } from 'vitest';
import { metricCatalogue } from '../../scripts/generated/metric-catalogue.js';
import { hospital, modelsOf, tellImages } from './hospital.js';

/**
 * Most series with eight scanners, four sinks and four models: one Prometheus can store this from hundreds of
 * daemons.
 */
const MAX_SERIES = 4000;
const MAX_SCRAPE_MS = 20;

function seriesIn(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

it('everything on, with all that can happen, is a bounded number of series', async () => {
  const { registry } = hospital();
  const series = seriesIn(await registry.metrics());
  console.info(`${series.length} series, of which at most ${MAX_SERIES} are allowed`);
  expect(series.length).toBeLessThan(MAX_SERIES);
  const shown = new Set(series.map((line) => /^\w+/.exec(line)?.[0]?.replace(/_(bucket|sum|count)$/, '')));
  const missing = metricCatalogue().filter(({ name }) => !shown.has(name) && name.startsWith('smearwatch_'));
  expect(
    missing.map(({ name }) => name),
    'not reported in hospital.ts, so not counted here',
  ).toEqual([]);
});

it('a year of daily promotions leaves no series of models that are gone', async () => {
  const { registry, telemetry } = hospital();
  const ours = async (): Promise<string[]> =>
    seriesIn(await registry.metrics()).filter((line) => line.startsWith('smearwatch_'));
  const before = (await ours()).length;
  for (let version = 2; version < 367; version += 1) {
    telemetry.modelsSwapped({ models: modelsOf(version), durationMs: 900 });
    tellImages(telemetry, modelsOf(version));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const series = await ours();
  expect(series.length).toBeLessThanOrEqual(before);
  expect(series.filter((line) => line.startsWith('smearwatch_predictions_total'))).toHaveLength(4 * 3);
  expect(series.some((line) => line.includes('version="365"') && line.includes('_total'))).toBe(false);
});

it('a scrape with everything on takes less than 20 ms of the processor', async () => {
  const { registry } = hospital();
  await registry.metrics();
  const scrapes = 20;
  // The processor time of this process does not include the machine's other work.
  const before = process.cpuUsage();
  for (let scrape = 0; scrape < scrapes; scrape += 1) await registry.metrics();
  const { user, system } = process.cpuUsage(before);
  const perScrapeMs = (user + system) / 1000 / scrapes;
  console.info(`a scrape costs ${perScrapeMs.toFixed(1)} ms`);
  expect(perScrapeMs).toBeLessThan(MAX_SCRAPE_MS);
});
