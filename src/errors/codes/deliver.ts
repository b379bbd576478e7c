import { passing } from '../row.js';

/** Failures of sinks: undelivered results are delivered later. */
export const DELIVER = passing({
  'folder-unwritable': "Give the daemon's user the right to write there. What is owed is delivered then.",
  'webhook-unreachable': 'Check the address, the network and the receiver. Nothing is lost in the meantime.',
  'webhook-refused': 'The log of the receiver has the reason. Nothing is lost in the meantime.',
  'sink-failing': 'The log has the reason. Nothing is lost: the next run delivers what is owed.',
});
