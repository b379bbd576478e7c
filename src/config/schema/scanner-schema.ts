import { z } from 'zod';
import { folder, labelName, milliseconds } from './values.js';

const settleSchema = z
  .strictObject({
    quietMs: milliseconds
      .default(1000)
      .describe('A file has settled once its size and modification time have not changed for so long.'),
    incompleteAfterMs: milliseconds
      .default(60_000)
      .describe(
        'A quiet file whose end is missing, or whose pixels end in zeros, is given this time to change. Then it is quarantined as truncated, or, where it decodes, classified and sent to review (trailing-zeros).',
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
  z.literal(action).describe('keep it where it is, move it to another folder, or delete it.');

const afterwardsSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: afterwardsAction('keep') }),
    z.strictObject({
      action: afterwardsAction('move'),
      to: folder.describe('Folder that the file is moved to, keeping its path below the scanner folder.'),
    }),
    z.strictObject({ action: afterwardsAction('delete') }),
  ])
  .default({ action: 'keep' });

export const scannerSchema = z.strictObject({
  name: labelName.describe('Name in records, metrics and logs; must be unique and should never change.'),
  folder: folder.describe('The folder that the scanner writes to; subfolders are included.'),
  patterns: z
    .array(z.string().min(1))
    .min(1)
    .default(['**/*.{png,jpg,jpeg,tif,tiff,bmp}'])
    .describe('Glob patterns, relative to the folder, of the files that are images; case does not matter.'),
  exclude: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Glob patterns of files and folders that are left alone, with all that is in them. The own folders of file servers and operating systems (@eaDir, #recycle, $RECYCLE.BIN, lost+found …) always are: docs/images.md lists them.',
    ),
  watch: z
    .enum(['native', 'polling'])
    .default('native')
    .describe("The operating system's events, or polling for network shares that send none."),
  pollIntervalMs: milliseconds.min(100).default(2000).describe('How often a polled folder is looked at.'),
  rescanIntervalMs: milliseconds
    .min(1000)
    .default(60_000)
    .describe('How often the whole folder is read again, to find what events have missed.'),
  settle: settleSchema.describe('When a file counts as completely written.'),
  expectedSize: expectedSizeSchema.describe('Width and height that this scanner writes.'),
  labels: z
    .enum(['none', 'folder', 'files'])
    .default('none')
    .describe(
      "Where true classes come from besides `smearwatch label` and POST /labels: nowhere, the name of the image's folder, or label files beside the images (<image name>.label.json, looked for at every rescan).",
    ),
  afterwards: afterwardsSchema.describe(
    'What happens to the file once its result is durable: keep, move or delete.',
  ),
});
