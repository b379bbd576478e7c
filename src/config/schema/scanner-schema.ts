import { z } from 'zod';
import { folder, labelName, milliseconds } from './values.js';

const settleSchema = z
  .strictObject({
    quietMs: milliseconds
      .default(1000)
      .describe('A file has settled when size and modification time have not changed for this time.'),
    incompleteAfterMs: milliseconds
      .default(60_000)
      .describe(
        'How long a quiet file may change whose end is missing or whose pixels end in zeros. After that it is quarantined as truncated or, if it can be decoded, classified and sent to review (trailing-zeros).',
      ),
  })
  .prefault({});

const expectedSizeSchema = z
  .strictObject({
    width: z.int().min(1).max(65_535).default(960).describe('Pixels.'),
    height: z.int().min(1).max(65_535).default(1080).describe('Pixels.'),
    otherwise: z
      .enum(['quarantine', 'accept'])
      .default('quarantine')
      .describe(
        'What happens to an image of another size: quarantine, or accept (classified and sent to review).',
      ),
  })
  .prefault({});

const afterwardsAction = <Action extends string>(action: Action) =>
  z.literal(action).describe('keep the file, move it to another folder, or delete it.');

const afterwardsSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: afterwardsAction('keep') }),
    z.strictObject({
      action: afterwardsAction('move'),
      to: folder.describe('Folder to move files to; they keep their path below the scanner folder.'),
    }),
    z.strictObject({ action: afterwardsAction('delete') }),
  ])
  .default({ action: 'keep' });

export const scannerSchema = z.strictObject({
  name: labelName.describe('Name in records, metrics and logs; must be unique and should never change.'),
  folder: folder.describe('The folder that the scanner writes to, including its subfolders.'),
  patterns: z
    .array(z.string().min(1))
    .min(1)
    .default(['**/*.{png,jpg,jpeg,tif,tiff,bmp}'])
    .describe('Glob patterns of image files, relative to the folder; case does not matter.'),
  exclude: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Glob patterns of files and folders to ignore, including their contents. Folders that file servers and operating systems create (@eaDir, #recycle, $RECYCLE.BIN, lost+found …) are always ignored; docs/images.md lists them.',
    ),
  watch: z
    .enum(['native', 'polling'])
    .default('native')
    .describe('Events of the operating system, or polling for network shares without events.'),
  pollIntervalMs: milliseconds.min(100).default(2000).describe('How often a polled folder is read.'),
  rescanIntervalMs: milliseconds
    .min(1000)
    .default(60_000)
    .describe('How often the whole folder is read again, to find files that events missed.'),
  settle: settleSchema.describe('When a file counts as completely written.'),
  expectedSize: expectedSizeSchema.describe('The width and height of this scanner’s images.'),
  labels: z
    .enum(['none', 'folder', 'files'])
    .default('none')
    .describe(
      "A further source of true classes, next to `smearwatch label` and POST /labels: none, the name of the image's folder, or label files in the image's folder (<image name>.label.json, read at every rescan).",
    ),
  afterwards: afterwardsSchema.describe(
    'What happens to the file once its result is durable: keep, move or delete.',
  ),
});
