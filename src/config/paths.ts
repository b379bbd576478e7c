import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { z } from 'zod';
import type { configSchema, SinkConfig } from './schema.js';

type ConfigValues = z.output<typeof configSchema>;
type SinkValues = ConfigValues['sinks'][number];
type ScheduleValues = ConfigValues['evaluation']['schedule'];

/**
 * Makes every path of the configuration absolute. Relative paths are relative to the configuration file's
 * folder, not to the working directory, which depends on the service manager.
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
    sinks: config.sinks.map((sink) => absoluteSink(sink, base)),
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

function absoluteSink(sink: SinkValues, base: string): SinkValues {
  switch (sink.type) {
    case 'json':
      return { ...sink, folder: resolve(base, sink.folder) };
    case 'ndjson':
      return { ...sink, file: resolve(base, sink.file) };
    case 'webhook':
      return { ...sink, secretFile: resolve(base, sink.secretFile) };
  }
}

/** The folder that a sink writes to; undefined for a sink that writes to no disk. */
export function folderOfSink(sink: SinkConfig): string | undefined {
  switch (sink.type) {
    case 'json':
      return sink.folder;
    case 'ndjson':
      return dirname(sink.file);
    case 'webhook':
      return undefined;
  }
}

function absoluteSchedule(schedule: ScheduleValues, base: string): ScheduleValues {
  return {
    ...schedule,
    data: schedule.data.map((folder) => resolve(base, folder)),
    ...(schedule.folder === undefined ? {} : { folder: resolve(base, schedule.folder) }),
  };
}

/**
 * Whether `path` is `folder` or is inside it; both absolute, compared by name only (links are not followed).
 */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
