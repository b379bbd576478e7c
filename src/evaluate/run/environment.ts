import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import sharp from 'sharp';
import { availableCores } from '../../available-cores.js';
import type { EngineName } from '../../engine.js';
import { SOFTWARE } from '../../version.js';
import type { Metrics } from '../metrics.js';

const PACKAGE_OF_ENGINE: Readonly<Record<EngineName, string>> = {
  onnxruntime: 'onnxruntime-node',
  'tfjs-node': '@tensorflow/tfjs-node',
};

/** Versions, by name, of the software that the figures depend on. */
export function softwareOf(engines: readonly EngineName[]): Metrics['software'] {
  const { sharp: version, vips } = sharp.versions;
  return {
    smearwatch: SOFTWARE.version,
    node: SOFTWARE.node,
    sharp: version,
    libvips: vips,
    ...Object.fromEntries(
      [...new Set(engines)].map((engine) => [engine, versionOf(PACKAGE_OF_ENGINE[engine])]),
    ),
  };
}

export function computer(): Metrics['computer'] {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableCores(),
    memoryBytes: totalmem(),
  };
}

/** The version in a package's manifest: engines are loaded in workers only. */
function versionOf(name: string): string {
  try {
    return (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
  } catch {
    return 'unknown'; // tfjs-node may be in the user's cache
  }
}
