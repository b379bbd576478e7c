import { EXIT } from '../errors.js';
import { formatDuration } from '../text/duration.js';
import type { DemoSummary } from './demo/summary.js';
import { defineCommand } from './command.js';
import { interruptible } from './interrupt.js';
import { integer, jsonOption } from './options.js';
import { printJson, printLine, type Terminal } from './output.js';
import { startProgress } from './progress.js';

export const demoCommand = defineCommand({
  command: 'demo',
  describe: 'See the main job in two minutes: draw smears into a folder while a daemon classifies them.',
  options: {
    images: integer('images', { min: 1, max: 100_000 }, { default: 300, describe: 'How many to draw.' }),
    seed: integer('seed', { min: 0 }, { default: 2026, describe: 'The same seed draws the same images.' }),
    folder: {
      type: 'string',
      requiresArg: true,
      default: 'demo',
      describe: 'Where everything goes. Emptied first.',
    },
    json: jsonOption,
  },
  examples: [['demo', 'Classify 300 synthetic smears with both networks and print the results.']],
  async run({ images, seed, folder, json }, { terminal }) {
    const { runDemo } = await import('./demo/demo.js');
    terminal.err.write(`Starting a daemon that watches ${folder}/spool …\n`);
    const progress = startProgress({ terminal, label: 'Classified', total: images, unit: 'images' });
    const summary = await interruptible((signal) =>
      runDemo({
        folder,
        images,
        seed,
        signal,
        onProgress: (drawn, classified) => progress.update(classified, `${drawn} drawn`),
      }),
    ).finally(() => progress.finish());
    if (json) printJson(terminal, summary);
    else printSummary(terminal, summary);
    return EXIT.done;
  },
});

function printSummary(terminal: Terminal, summary: DemoSummary): void {
  const { images, seconds, perClass, accuracy, inReview, reviewReasons, quarantined, folder } = summary;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const lines = [
    '',
    `${images} images classified by both networks in ${formatDuration(seconds)} ` +
      `(${(images / seconds).toFixed(1)} images/s; drawing them took most of the processor)`,
    `  Decisions    ${list(perClass)}`,
    ...Object.entries(accuracy).map(([model, share]) => `  Right        ${percent(share)} by ${model}`),
    `  For review   ${inReview}${inReview > 0 ? ` (${list(reviewReasons)})` : ''}`,
    `  Quarantined  ${quarantined}`,
    '',
    `  Results      ${folder}/results/demo/<class>/<image>.json, and ${folder}/results.ndjson`,
    `  Ledger       smearwatch results --state ${folder}/state`,
    `  Log          ${folder}/daemon.log`,
    `  Metrics      ${folder}/metrics.txt, as Prometheus would have read them`,
    '',
    'The models were trained on synthetic smears. They are for trying Smearwatch out, not for patients.',
  ];
  for (const line of lines) printLine(terminal, line);
}
