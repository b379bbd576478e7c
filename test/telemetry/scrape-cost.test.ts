import { expect, it } from 'vitest';
import { CELL_CLASSES } from '../../src/images.js';
import { ended, Lab } from '../daemon/lab.js';
import { addLeNet5 } from '../fixtures/registry.js';

const SCRAPES = 50;
const MAX_SCRAPE_MS = 20;

it('a scrape of a daemon with labels, drift and two models takes less than 20 ms of the processor', async () => {
  const lab = await Lab.open();
  await addLeNet5(lab.registry, 7, { name: 'second' });
  const use = ['lenet5', 'second'].map((model) => ({ model }));
  lab.configure({ models: { registry: 'models', use }, drift: { window: 50 } }, { labels: 'folder' });
  const daemon = lab.run();
  const url = await daemon.ready();
  for (let seed = 0; seed < 60; seed += 1) await lab.scan(`${CELL_CLASSES[seed % 3]}/${seed}.png`, seed);
  await ended(daemon, 60);
  const cpuSeconds = async (): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('smearwatch_live_accuracy_ratio{');
    return Number(/^process_cpu_seconds_total (.+)$/m.exec(text)?.[1]);
  };
  // The daemon's own processor time does not include the machine's other work, and the daemon is otherwise
  // idle.
  const before = await cpuSeconds();
  for (let scrape = 1; scrape < SCRAPES; scrape += 1) await cpuSeconds();
  const perScrapeMs = (((await cpuSeconds()) - before) * 1000) / SCRAPES;
  console.info(`a scrape costs the daemon ${perScrapeMs.toFixed(1)} ms of the processor`);
  expect(perScrapeMs).toBeLessThan(MAX_SCRAPE_MS);
});
