import { folderAway, passing } from '../row.js';

/** Conditions of scanner folders. They are logged and counted; periodic rescans continue. */
export const WATCH = {
  ...folderAway({
    'scanner-folder-missing': 'Mount it, create it, or correct "folder"; its images are taken in then.',
    'scanner-folder-invalid': 'Correct "folder", or put a folder in its place.',
    'scanner-folder-unreadable': "Let the daemon's user read and enter it, and check the disk or share.",
    'scanner-folder-silent': 'Check the share and its server; its images are taken in when it answers.',
  }),
  ...passing({
    'scanner-rescan-late': 'The computer is overloaded; otherwise restart the daemon and report a defect.',
    'scanner-folder-replaced': 'If it is unexpectedly empty, check that its share is mounted.',
    'scanner-entries-unreadable': "Let the daemon's user read and enter them, and check the disk or share.",
    'scanner-links-ignored': 'Replace the links by the folders, or make each folder a scanner of its own.',
    'scanner-file-overdue': 'Find out what keeps writing it; it is classified once it has come to rest.',
  }),
};
