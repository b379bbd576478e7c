import { folderAway, passing } from '../row.js';

/** Conditions of scanner folders. They are logged and counted; periodic rescans continue. */
export const WATCH = {
  ...folderAway({
    'scanner-folder-missing':
      'Mount it, create it, or correct "folder". Its images are taken in as soon as it is there.',
    'scanner-folder-invalid': 'Correct "folder", or put a folder in its place.',
    'scanner-folder-unreadable':
      'Give the user that runs Smearwatch the right to read and enter it, and check the disk or share.',
    'scanner-folder-silent':
      'Check the network share and its server. Its images are taken in as soon as it answers.',
  }),
  ...passing({
    'scanner-rescan-late':
      'The computer is overloaded, or this is a defect: restart the daemon, and report it with its log.',
    'scanner-folder-replaced':
      'It was mounted, unmounted or made anew. If it is unexpectedly empty, check that its share is mounted.',
    'scanner-entries-unreadable':
      'Give the user that runs Smearwatch the right to read and enter them, and check the disk or share.',
    'scanner-links-ignored': 'Put the folder itself in their place, or make it a scanner of its own.',
    'scanner-file-overdue':
      'Find out what keeps writing it, or why it cannot be looked at. It is classified once it has come to rest.',
  }),
};
