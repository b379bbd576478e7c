import { EXIT } from '../errors.js';
import { CELL_CLASSES } from '../images.js';
import { formatDuration } from '../text/duration.js';
import { defineCommand } from './command.js';
import { interruptible } from './interrupt.js';
import { integer, jsonOption } from './options.js';
import { formatBytes, printJson, printLine } from './output.js';

export const generateCommand = defineCommand({
  command: 'generate',
  describe: 'Draw synthetic blood smears with known classes, for trying out and testing.',
  options: {
    out: { type: 'string', requiresArg: true, demandOption: true, describe: 'Folder to write to.' },
    count: integer(
      'count',
      { min: 1, max: 100_000_000 },
      { demandOption: true, describe: 'How many images.' },
    ),
    format: { choices: ['png', 'jpeg', 'tiff'], default: 'png', describe: 'Format of the files.' },
    seed: integer('seed', { min: 0 }, { default: 1, describe: 'The same seed draws the same images.' }),
    'first-index': integer(
      'first-index',
      { min: 0 },
      { default: 0, describe: 'Number of the first image, to continue where an earlier run stopped.' },
    ),
    class: {
      choices: CELL_CLASSES,
      array: true,
      describe: 'Draw only this class; may be given several times. Otherwise all.',
    },
    flat: {
      type: 'boolean',
      default: false,
      describe: 'All files side by side, without a folder per class.',
    },
    workers: integer(
      'workers',
      { min: 1, max: 1024 },
      { describe: 'Drawing threads; otherwise one per core.' },
    ),
    json: jsonOption,
  },
  examples: [
    ['generate --out smears --count 400', '400 images in a folder per class, with a manifest.csv.'],
    ['generate --out smears --count 50 --class lymphocyte --format tiff --seed 7', '50 lymphocytes as TIFF.'],
  ],
  async run(values, { terminal }) {
    const { generateSmears } = await import('../generate/write-smears.js');
    const { startProgress } = await import('./progress.js');
    const progress = startProgress({ terminal, label: 'Drawing', total: values.count, unit: 'images' });
    const summary = await interruptible((signal) =>
      generateSmears({
        outDir: values.out,
        count: values.count,
        seed: values.seed,
        firstIndex: values['first-index'],
        format: values.format,
        layout: values.flat ? 'flat' : 'class-folders',
        ...(values.class && { classes: values.class }),
        ...(values.workers !== undefined && { workers: values.workers }),
        signal,
        onProgress: ({ done }) => progress.update(done),
      }),
    ).finally(() => progress.finish());
    if (values.json) {
      printJson(terminal, summary);
      return EXIT.done;
    }
    const { count, bytes, seconds, outDir, manifest, perClass } = summary;
    printLine(
      terminal,
      `${count} images (${formatBytes(bytes)}) in ${outDir}, drawn in ${formatDuration(seconds)}.`,
    );
    for (const [name, images] of Object.entries(perClass)) printLine(terminal, `  ${name}: ${images}`);
    printLine(terminal, `Classes and slides: ${manifest}`);
    return EXIT.done;
  },
});
