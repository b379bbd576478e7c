import type { Logger } from './log.js';
import type { MetricFactory } from './metrics.js';
import type { Telemetry } from './telemetry.js';

/** Events about the removal of old data (`retention`). */
export function retentionEvents(logger: Logger, metrics: MetricFactory) {
  const files = metrics.counter('ledger_pruned_files_total', 'Old files that were removed from the ledger.');
  const results = metrics.counter(
    'ledger_pruned_results_total',
    'Old results that were removed from the ledger.',
  );
  const labels = ['sink'] as const;
  const documents = metrics.counter(
    'documents_pruned_total',
    'Old JSON documents that were removed from the folder of a sink.',
    labels,
  );
  const failures = metrics.counter(
    'document_pruning_failures_total',
    'Searches for old JSON documents in which some could not be removed; they are tried again.',
    labels,
  );
  metrics.startAtZero(({ sinks }) => {
    for (const sink of sinks) {
      documents.inc({ sink }, 0);
      failures.inc({ sink }, 0);
    }
  });
  return {
    ledgerPruned(removed) {
      files.inc(removed.files);
      results.inc(removed.results);
      logger.info(removed, 'Old files and results were removed from the ledger (retention.ledgerDays)');
    },
    documentsPruned(removed) {
      documents.inc({ sink: removed.sink }, removed.documents);
      logger.info(removed, 'Old JSON documents were removed (retention.jsonDays)');
    },
    documentPruningFailed({ sink, error }) {
      failures.inc({ sink });
      logger.warn({ sink, err: error }, 'Old JSON documents could not be removed; it is tried again');
    },
  } satisfies Partial<Telemetry>;
}
