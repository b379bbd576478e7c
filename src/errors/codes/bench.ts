import { passing, permanent, usage } from '../row.js';

/** Failures of `smearwatch bench` and `smearwatch plan`. */
export const BENCH = {
  ...usage({
    'bench-option': 'Give the option a whole number above zero.',
    'bench-folder-unusable': 'Name an existing, writable folder with `smearwatch bench --folder`.',
    'bench-no-images': 'Name other images with `smearwatch bench --data`, or have smears drawn.',
    'bench-unreadable': 'Write a bench.json with `smearwatch bench --out DIR`.',
    'plan-not-measured':
      'Run `smearwatch bench --out DIR` without --quick and --only, and name its bench.json with `smearwatch plan --bench`.',
  }),
  ...permanent({
    'bench-no-room': 'Use a folder on another disk (`smearwatch bench --folder`), or measure fewer images.',
    'bench-quarantined': 'A bench needs images that can all be classified: `smearwatch bench --data`.',
    'bench-peer-failed':
      "For example `smearwatch bench --peer` 'python3 peer.py {model} {glob} {processes}', which prints images per second.",
  }),
  ...passing({
    'bench-daemon-failed': 'The error shows the end of the log of the daemon.',
    'bench-lane-failed': 'This was not expected: run `smearwatch bench --verbose` and report what it prints.',
  }),
};
