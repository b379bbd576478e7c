import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { z } from 'zod';
import type { configSchema } from './schema.js';

type ConfigValues = z.output<typeof configSchema>;
type Schedule = ConfigValues['evaluation']['schedule'];

/**
 * Every path of the configuration made absolute. Relative ones are relative to the configuration file's folder, not
 * to where the daemon was started: a service manager starts it anywhere.
 */
export function withAbsolutePaths(config: ConfigValues, base: string): ConfigValues {
  const { registry, cacheFolder } = config.models;
  const { tokenFile } = config.http;
  const { reference } = config.drift;
  return {
    ...config,
    stateFolder: resolve(base, config.stateFolder),
    scanners: config.scanners.map((scanner) => ({
      ...scanner,
      folder: resolve(base, scanner.folder),
      afterwards:
        scanner.afterwards.action === 'move'
          ? { ...scanner.afterwards, to: resolve(base, scanner.afterwards.to) }
          : scanner.afterwards,
    })),
    sinks: config.sinks.map((sink) =>
      sink.type === 'json'
        ? { ...sink, folder: resolve(base, sink.folder) }
        : { ...sink, file: resolve(base, sink.file) },
    ),
    evaluation: { ...config.evaluation, schedule: absoluteSchedule(config.evaluation.schedule, base) },
    models: {
      ...config.models,
      ...(registry === undefined ? {} : { registry: resolve(base, registry) }),
      ...(cacheFolder === undefined ? {} : { cacheFolder: resolve(base, cacheFolder) }),
    },
    http: { ...config.http, ...(tokenFile === undefined ? {} : { tokenFile: resolve(base, tokenFile) }) },
    drift: { ...config.drift, ...(reference === undefined ? {} : { reference: resolve(base, reference) }) },
  };
}

function absoluteSchedule(schedule: Schedule, base: string): Schedule {
  return {
    ...schedule,
    data: schedule.data.map((folder) => resolve(base, folder)),
    ...(schedule.folder === undefined ? {} : { folder: resolve(base, schedule.folder) }),
  };
}

/** Whether `path` is `folder` or lies in it; both absolute, compared by name only (links are not followed). */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
