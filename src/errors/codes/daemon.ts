import { configuration, passing, permanent, usage } from '../row.js';

/** Failures of the daemon, of its configuration and of commands that ask it. */
export const DAEMON = {
  ...configuration({
    'configuration-missing': 'Name a configuration file; config/examples/ has one for each way of use.',
    'configuration-unreadable': 'Check that the file exists and that this user may read it.',
    'configuration-invalid':
      'Every option is described in docs/configuration.md; config/schema.json lets an editor check the file while it is written.',
    'restart-needed': 'Restart the daemon to apply this configuration; nothing is lost by a restart.',
    'http-disabled': 'Set http.enabled to true and start the daemon again.',
    'token-unusable': 'Make one with: (umask 077; openssl rand -hex 32 > token)',
    'webhook-secret-unusable':
      'Make one with: (umask 077; echo "whsec_$(openssl rand -base64 32)" > webhook.secret)',
    'drift-reference-invalid':
      'Make it with `smearwatch evaluate`, or remove drift.reference: then the first live images are the reference.',
    'faults-not-allowed': 'Remove SMEARWATCH_FAULT from the environment; tests set NODE_ENV=test as well.',
  }),
  ...passing({
    'http-unavailable': 'Check http.host and http.port.',
    'daemon-ended': 'The log of the daemon has the reason.',
    'work-postponed': 'Mount the folders or make room on the disk: the next run classifies the queued files.',
    'scanner-folders-unread': 'Mount the folders, or correct their rights; the next run reads them.',
    'files-unsettled': 'The log names the files: find out what writes to them; the next run reads them.',
    'daemon-unreachable': 'Is it running (`smearwatch run`), and is this the right configuration or address?',
    'daemon-unknown': 'Another program listens there. Is this the right configuration or address?',
    'daemon-not-running': 'Start the daemon with `smearwatch run`.',
    interrupted: 'The work was stopped before it was done; the same command starts it again.',
  }),
  ...permanent({
    'output-unwritable': 'Make room on its disk, or send it elsewhere.',
    'file-unwritable': 'Check that its folder exists and is writable by this user.',
  }),
  ...usage({
    usage: '`smearwatch --help` describes the commands and their options.',
    'working-folder-gone': 'Change to another folder (cd), and run the command again.',
  }),
};
