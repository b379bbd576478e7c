import { passing, permanent, usage } from '../row.js';

/** Failures of `smearwatch bench` and `smearwatch plan`. */
export const BENCH = {
  ...usage({
    'bench-option': 'Give a whole number above zero.',
    'bench-folder-unusable':
      'Name a folder with `smearwatch bench --folder` that exists, and that you may write to.',
    'bench-no-images':
      'Name another folder with `smearwatch bench --data`, other formats, or let smears be drawn.',
    'bench-unreadable': 'Make one with `smearwatch bench --out DIR`.',
    'plan-not-measured':
      'Run `smearwatch bench --out DIR` without --quick and --only, and name its bench.json with `smearwatch plan --bench`.',
  }),
  ...permanent({
    'bench-no-room':
      'Name a folder on another disk with `smearwatch bench --folder`, or measure fewer images or formats.',
    'bench-quarantined':
      'A bench needs images that all are classified: name others with `smearwatch bench --data`, or let smears be drawn.',
    'bench-peer-failed':
      "For instance `smearwatch bench --peer` 'python3 peer.py {model} {glob} {processes}', which prints images per second.",
  }),
  ...passing({
    'bench-daemon-failed': 'Above is the end of its log.',
    'bench-lane-failed': 'This was not expected. Run the bench again with --verbose.',
  }),
};
