import { EXIT } from '../errors.js';
import { defineCommand } from './command.js';
import { interruptible } from './interrupt.js';
import { configOption, fraction, urlOption } from './options.js';
import { printLine, type Terminal } from './output.js';
import type { DaemonPlace } from './status/daemon-place.js';

export const topCommand = defineCommand({
  command: 'top',
  describe: 'Look at the running daemon: throughput, stages, work, models, results, what is wrong.',
  options: {
    config: configOption,
    url: urlOption,
    interval: fraction(
      'interval',
      { min: 0.5, max: 3600 },
      { default: 2, describe: 'Seconds between two looks.' },
    ),
    once: {
      type: 'boolean',
      default: false,
      describe: 'Print one frame as plain text and end; as when the output is no terminal.',
    },
  },
  examples: [
    ['top --config lab.yaml', 'q ends it.'],
    ['top --config lab.yaml --once', 'One frame, for a mail or a ticket.'],
    ['top --url http://10.0.0.7:9464', 'A daemon elsewhere, without the last results.'],
  ],
  epilogue:
    'Times of stages and models are those of the last minute, or since the daemon’s start where only one look was taken. NO_COLOR turns colours off.',
  async run({ interval, once, ...given }, { terminal }) {
    // React's development build keeps a record of every frame and never frees it.
    process.env['NODE_ENV'] ??= 'production';
    const { findDaemon } = await import('./status/daemon-place.js');
    const place = findDaemon(given);
    const isLive = !once && terminal.out === process.stdout && process.stdout.isTTY && process.stdin.isTTY;
    await (isLive ? live(place, interval * 1000) : printOnce(place, terminal));
    return EXIT.done;
  },
});

async function live(place: DaemonPlace, intervalMs: number): Promise<void> {
  const { Watcher } = await import('./top/watcher.js');
  const { showLive } = await import('./top/live.js');
  const { wantsColours } = await import('./top/screen/tones.js');
  const { stdin, stdout } = process;
  const watcher = new Watcher(place, intervalMs);
  const colours = wantsColours(process.env);
  await interruptible((signal) =>
    showLive({ stdin, stdout, watcher, intervalMs, url: place.name, colours, signal }),
  );
}

const PLAIN = { columns: 80, rows: 23 };

async function printOnce(place: DaemonPlace, terminal: Terminal): Promise<void> {
  const { Watcher } = await import('./top/watcher.js');
  const { frameText } = await import('./top/screen/frame.js');
  const watcher = new Watcher(place, 0);
  await watcher.ask();
  printLine(terminal, frameText({ view: watcher.view, url: place.name, ...PLAIN }));
}
