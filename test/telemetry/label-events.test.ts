import { Registry } from 'prom-client';
import { beforeEach, expect, it } from 'vitest';
import { createTelemetry } from '../../src/telemetry/create-telemetry.js';
import { createLogger } from '../../src/telemetry/log.js';
import type { Telemetry } from '../../src/telemetry/telemetry.js';

let registry: Registry;
let lines: Record<string, unknown>[];
let telemetry: Telemetry;
beforeEach(() => {
  registry = new Registry();
  lines = [];
  const stream = {
    write: (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const logger = createLogger({ level: 'info', version: '1.2.3', stream });
  telemetry = createTelemetry({ logger, registry });
});

async function metric(line: string): Promise<void> {
  expect((await registry.metrics()).split('\n')).toContain(line);
}

it('labels are counted by source and outcome', async () => {
  const label = { class: 'lymphocyte', by: 'Weber' };
  const labels = [
    { ...label, outcome: 'set' },
    { ...label, outcome: 'set' },
    { ...label, outcome: 'changed' },
  ];
  telemetry.labelsGiven({ source: 'http', labels });
  await metric('smearwatch_labels_total{source="http",outcome="set"} 2');
  await metric('smearwatch_labels_total{source="http",outcome="changed"} 1');
});

it('a folder whose name is not a class is counted for every image and logged once', async () => {
  for (let image = 0; image < 100; image += 1)
    telemetry.labelRefused({ source: 'folder', scanner: 'left', name: '2026-02', reason: 'no class' });
  await metric('smearwatch_labels_refused_total{source="folder",scanner="left"} 100');
  expect(lines).toMatchObject([{ level: 'warn', name: '2026-02', reason: 'no class' }]);
});

it('a client that tries tokens is counted each time and logged now and then', async () => {
  for (let time = 0; time < 50; time += 1)
    telemetry.changeRefused({ status: 401, reason: 'wrong', address: '10.0.0.9' });
  await metric('smearwatch_http_changes_refused_total{status="401"} 50');
  expect(lines).toMatchObject([{ level: 'warn', status: 401, address: '10.0.0.9' }]);
});

it('a reference that is taken from live images is logged', () => {
  telemetry.driftReferenceTaken({ subject: 'scanner left', images: 1000 });
  expect(lines).toMatchObject([{ level: 'info', subject: 'scanner left', images: 1000 }]);
});
