import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createTelemetry } from '../../src/telemetry/create-telemetry.js';
import { createLogger } from '../../src/telemetry/log.js';

it('what was pruned is counted and logged; counters of a configured sink are there from the start', async () => {
  const registry = new Registry();
  const lines: unknown[] = [];
  const stream = { write: (line: string): void => void lines.push(JSON.parse(line)) };
  const telemetry = createTelemetry({
    logger: createLogger({ level: 'info', version: '1.2.3', stream }),
    registry,
  });
  telemetry.intakeConfigured({ scanners: [], sinks: ['json'] });
  const counted = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => /^smearwatch_\w*prun/.test(line));
  expect(await counted()).toEqual([
    'smearwatch_ledger_pruned_files_total 0',
    'smearwatch_ledger_pruned_results_total 0',
    'smearwatch_documents_pruned_total{sink="json"} 0',
    'smearwatch_document_pruning_failures_total{sink="json"} 0',
  ]);
  telemetry.ledgerPruned({ files: 3, results: 2 });
  telemetry.documentsPruned({ sink: 'json', documents: 4 });
  telemetry.documentPruningFailed({ sink: 'json', error: new Error('no') });
  expect(await counted()).toEqual([
    'smearwatch_ledger_pruned_files_total 3',
    'smearwatch_ledger_pruned_results_total 2',
    'smearwatch_documents_pruned_total{sink="json"} 4',
    'smearwatch_document_pruning_failures_total{sink="json"} 1',
  ]);
  expect(lines).toMatchObject([
    { level: 'info', files: 3, results: 2 },
    { level: 'info', sink: 'json', documents: 4 },
    { level: 'warn', sink: 'json', err: { message: 'no' } },
  ]);
});
