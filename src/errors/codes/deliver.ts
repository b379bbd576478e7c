import { passing } from '../row.js';

/** Failures of sinks: what is owed is delivered later. */
export const DELIVER = passing({
  'folder-unwritable': "Give the daemon's user the right to write there. What is owed is delivered then.",
  'webhook-unreachable':
    'Check the address, the network between, and whether the receiver runs. Nothing is lost meanwhile.',
  'webhook-refused': 'The receiver answered with an error: its log has the reason. Nothing is lost.',
  'sink-failing': 'The log has the reason. Nothing is lost: the next run delivers what is owed.',
});
