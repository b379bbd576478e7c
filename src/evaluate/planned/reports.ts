import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { readMetrics } from '../read-metrics.js';
import type { FolderMetrics } from './figures.js';
import type { PlannedRun } from './run-log.js';

/** The folder with the reports of all runs. */
export function reportsFolder({ stateFolder, evaluation }: Config): string {
  return evaluation.schedule.folder ?? join(stateFolder, 'planned-evaluations');
}

export interface DataFolder {
  /** Name in metrics, logs and the report's folder: the last part of the folder's path, which is unique. */
  readonly set: string;
  readonly dataDir: string;
}

export function dataFolders({ evaluation }: Config): DataFolder[] {
  const seen = new Map<string, number>();
  return evaluation.schedule.data.map((dataDir) => {
    const name = basename(dataDir) || 'data';
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { set: count === 1 ? name : `${name}-${count}`, dataDir };
  });
}

/** The figures of a run whose reports still exist. */
export async function runFigures(config: Config, { id }: PlannedRun): Promise<FolderMetrics[]> {
  const found: FolderMetrics[] = [];
  for (const { set } of dataFolders(config)) {
    const metrics = await readMetrics(join(reportsFolder(config), id, set));
    if (metrics !== undefined) found.push({ set, metrics });
  }
  return found;
}

/**
 * Removes the reports of older runs. It removes only those in the log, so that other files in the folder are
 * never touched.
 */
export async function removeOldReports(config: Config, runs: readonly PlannedRun[]): Promise<void> {
  const withReport = runs.filter(({ attempts }) => attempts > 0);
  const old = withReport.slice(0, Math.max(0, withReport.length - config.evaluation.schedule.keepReports));
  for (const { id } of old) await rm(join(reportsFolder(config), id), { recursive: true, force: true });
}
