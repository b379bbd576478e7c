import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printReport } from '../../src/cli/bench/print-report.js';
import { writeReport } from '../../src/bench/report/write-report.js';
import { EXIT } from '../../src/errors.js';
import { sampleReport } from '../bench/sample-report.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { CapturedTerminal, smearwatch } from './capture.js';

describe('the printed report', () => {
  const terminal = new CapturedTerminal();
  printReport(terminal, sampleReport());
  const text = terminal.text.out;

  it('has a line for each figure with its target', () => {
    expect(text).toMatch(
      /Daemon \/ ideal of its parts: jpeg, both networks, fp32 +0\.960 +\S+ +≥ 0\.930 +met/,
    );
    expect(text).toMatch(/Latency at low load, p99 \/ bare image: jpeg, fp32 +3\.000 +\S+ +≤ 2\.500 +MISSED/);
    expect(text).toMatch(/Memory of the daemon, 2 workers, fp32 +1000 MB/);
  });

  it('has networks by batch size, with half the range', () => {
    expect(text).toMatch(/Network +Threads +16/);
    expect(text).toMatch(/AlexNet fp32 +2 +200\.0 ±5 %/);
    expect(text).toMatch(/AlexNet without groups fp32, tfjs-node +2 +80\.0 ±5 %/);
  });

  it('says what was not measured', () => {
    expect(text).toContain('not measured: Something: it is not here');
  });

  it('has no line wider than a wide terminal', () => {
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(130);
  });
});

it('a report is written as JSON and as plots', async () => {
  const folder = join(temporaryFolder(), 'bench');
  expect(await writeReport(folder, sampleReport())).toEqual(['throughput-by-cores.svg', 'bench.json']);
});

describe('smearwatch bench', () => {
  it.each([
    [['--only', 'decode,daemons'], 'there is no "daemons"'],
    [['--formats', 'gif'], 'Choose from jpeg, png, tiff'],
    [['--batches', '1,x'], '--batches "1,x": "x" is not a whole number above zero'],
    [['--cores', '0,1'], '--cores "0,1": "0" is not a whole number above zero'],
    [['--cores', '1,100000'], 'The bench\'s option "cores" asks for 100000; this computer has'],
    [['--rounds', '0'], '--rounds must be a whole number from 1 to 100'],
  ])('%j is refused', async (argv, expected) => {
    const { exitCode, err } = await smearwatch('bench', ...argv);
    expect(err).toContain(expected);
    expect(exitCode).toBe(EXIT.usage);
  });
});

describe('smearwatch plan', () => {
  const withBench = (): string => {
    const file = join(temporaryFolder(), 'bench.json');
    writeFileSync(file, JSON.stringify(sampleReport()));
    return file;
  };

  it('names cores, memory and the limit', async () => {
    const { out, exitCode } = await smearwatch(
      'plan',
      '--images-per-day',
      '5000000',
      '--peak-hours',
      '10',
      '--bench',
      withBench(),
    );
    expect(exitCode).toBe(EXIT.done);
    expect(out).toContain(
      'It needs 4 cores and 1.7 GiB of memory for the daemon: 242 images/s, bound by the cores.',
    );
    expect(out).toMatch(/64 +667 .* main thread/);
    expect(out).toContain('Predicted and measured on 2 cores: 121 and 120 images/s');
    expect(out).toContain('Measured on A processor, 2 cores, 2026-11-23.');
  });

  it('prints the same as JSON', async () => {
    const { out } = await smearwatch(
      'plan',
      '--images-per-day',
      '5000000',
      '--peak-hours',
      '10',
      '--bench',
      withBench(),
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({ needed: { cores: 4, limit: 'cores' }, machines: 1 });
  });

  it('works with the recorded figures', async () => {
    const { out, exitCode } = await smearwatch('plan', '--images-per-day', '10000');
    expect(exitCode).toBe(EXIT.done);
    expect(out).toMatch(/It needs 1 core/);
  });

  it.each([
    [['--images-per-day', '1', '--models', 'resnet'], '"resnet" was not measured'],
    [['--images-per-day', '0'], '--images-per-day must be a whole number from 1'],
    [
      ['--images-per-day', '1', '--bench', '/nowhere/bench.json'],
      '/nowhere/bench.json is not a readable bench.json',
    ],
  ])('%j is refused', async (argv, expected) => {
    const { exitCode, err } = await smearwatch('plan', ...argv);
    expect(err).toContain(expected);
    expect(exitCode).toBe(EXIT.usage);
  });
});
