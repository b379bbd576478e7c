import { EXIT } from '../errors.js';
import type { BenchReport } from '../bench/report/schema.js';
import { benchOptions, toBenchOptions, type BenchValues } from './bench/options.js';
import { defineCommand } from './command.js';
import { interruptible } from './interrupt.js';
import { printJson, printLine, type Terminal } from './output.js';

export const benchCommand = defineCommand({
  command: 'bench',
  describe:
    'Measure how fast this computer classifies: decoding, networks, the whole daemon, and what they come to.',
  options: benchOptions,
  examples: [
    ['bench --out bench', 'Everything, in an hour on two cores: tables, bench.json and plots.'],
    ['bench --quick', 'The ratios that matter most, in under two minutes.'],
    [
      'bench --only daemon,latency --formats png --folder /data',
      'PNG only, on the disk that the daemon will have.',
    ],
  ],
  epilogue:
    'Run nothing else at the same time. Ratios are taken within a round, and figures are medians over the rounds. Targets are ' +
    'for two cores. docs/performance.md says what each figure means; `smearwatch plan --bench` reads bench.json.',
  async run(values, { terminal }) {
    const report = await interruptible((signal) => measure(values, terminal, signal));
    if (values.out !== undefined) {
      const { writeReport } = await import('../bench/report/write-report.js');
      const names = await writeReport(values.out, report);
      terminal.err.write(`${names.join(', ')} in ${values.out}\n`);
    }
    if (values.json) printJson(terminal, report);
    else await print(terminal, report);
    return EXIT.done;
  },
});

async function measure(values: BenchValues, terminal: Terminal, signal: AbortSignal): Promise<BenchReport> {
  const { runBench } = await import('../bench/bench.js');
  return runBench(toBenchOptions(values), {
    signal,
    say: (line) => terminal.err.write(`${line}\n`),
  });
}

async function print(terminal: Terminal, report: BenchReport): Promise<void> {
  const { printReport } = await import('./bench/print-report.js');
  printReport(terminal, report);
  const { findings } = report;
  const missed = findings.filter(({ met }) => met === false).length;
  const held = findings.filter(({ met }) => met === true).length;
  printLine(terminal, `\n${held} targets met, ${missed} missed.`);
}
