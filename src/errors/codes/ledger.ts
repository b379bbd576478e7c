import { passing, permanent } from '../row.js';

/** Failures of the ledger and of the audit trail. */
export const LEDGER = {
  ...permanent({
    'ledger-missing': 'The first `smearwatch run` makes it. Is this the right configuration or folder?',
    'ledger-damaged':
      'Stop the daemon, then run `smearwatch ledger repair --config <its configuration>`: it recovers what can be read and keeps the damaged file. docs/operations.md says how a backup is restored; `smearwatch ledger verify` shows the damage.',
    'ledger-newer':
      'Install the Smearwatch that wrote it, or a later one; `smearwatch ledger repair` cannot go back. To go back, restore a backup that the older one made (`smearwatch ledger backup`, docs/operations.md).',
    'ledger-too-old':
      'Stop the daemon and move ledger.sqlite* away, or name another stateFolder. Results that sinks received stay. Images still in a scanner folder are classified again, except by scanners[].exclude (docs/operations.md).',
    'ledger-unrecoverable':
      'Restore a backup (docs/operations.md). Without one, move ledger.sqlite and ledger.sqlite-wal away: the daemon then makes an empty ledger and classifies again what is in the folders.',
    'backup-exists': 'Name a file that is not there, or a folder: the backup then gets a name with its time.',
    'audit-missing': 'The first `smearwatch run` makes it. Is this the right configuration or folder?',
    'audit-newer': 'Install the Smearwatch that wrote it, or a later one.',
    'audit-entry-invalid': 'This is a defect in Smearwatch: please report it.',
  }),
  ...passing({
    'ledger-in-use': 'Stop the other daemon, or give this one a stateFolder of its own.',
    'ledger-in-repair': 'The next `smearwatch run`, or `smearwatch ledger repair`, finishes the repair.',
    'ledger-unopenable': 'Check that the state folder exists on a local disk, is writable and has room.',
    'backup-failed': 'Check the rights and the room for a second ledger; the ledger itself is unchanged.',
    'audit-unreadable': 'Check that this user may read it, and what `smearwatch audit verify` says about it.',
    'audit-unwritable':
      'Check that the state folder is writable by this user and that the disk is not full. If the file itself is damaged, keep it under another name: a new trail begins, and its first entry names the last one known of the old.',
  }),
};
