import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../files/replace-file.js';
import { throughputByBatch, throughputByCores } from './plots.js';
import type { BenchReport } from './schema.js';

export const BENCH_FILE = 'bench.json';

/** Writes `bench.json` and those plots for which there are figures. @returns their names */
export async function writeReport(outDir: string, report: BenchReport): Promise<string[]> {
  await mkdir(outDir, { recursive: true });
  const files = [
    ['throughput-by-batch.svg', throughputByBatch(report)],
    ['throughput-by-cores.svg', throughputByCores(report)],
    [BENCH_FILE, `${JSON.stringify(report, null, 1)}\n`],
  ] as const;
  const written: string[] = [];
  for (const [name, content] of files) {
    if (content === undefined) continue;
    await replaceFile(join(outDir, name), content);
    written.push(name);
  }
  return written;
}
