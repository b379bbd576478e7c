import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Config } from '../../config/schema.js';
import { errnoOf, messageOf } from '../../errors.js';
import { compileKernel, KERNELS } from '../../webassembly.js';
import { fail, ok, warn, type Check } from './check.js';

/** First release whose `require` of ES modules, on which dependencies rely, is on by default. */
const MINIMUM = { major: 20, minor: 19 };

export function checkNode(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < MINIMUM.major || (major === MINIMUM.major && minor < MINIMUM.minor)) {
    return fail('node', `Node ${version}`, `Install Node ${MINIMUM.major}.${MINIMUM.minor} or later.`);
  }
  if (major % 2 === 1) {
    return warn(
      'node',
      `Node ${version} gets no long support`,
      'Use an even (LTS) version of Node for months of work.',
    );
  }
  return ok('node', `Node ${version}`);
}

const NATIVE = [
  { name: 'onnxruntime', module: 'onnxruntime-node', use: 'classifying' },
  { name: 'sharp', module: 'sharp', use: 'decoding images' },
  { name: 'sqlite', module: '@photostructure/sqlite', use: 'the ledger' },
] as const;

/**
 * Loads each native module in a process of its own: one that was built for another processor does not throw,
 * it takes its process down.
 */
export function checkNativeModules(): Promise<Check[]> {
  return Promise.all(
    NATIVE.map(async ({ name, module, use }) => {
      const failure = await loadApart(module);
      if (failure === undefined) return ok(name, `${module} loads`);
      const fix = `Without it there is no ${use}. Run npm ci on this computer, with this Node; node_modules of another system do not work here.`;
      return fail(name, `${module} does not load: ${failure}`, fix);
    }),
  );
}

/** Undefined when `module` loads; otherwise what happened. */
export async function loadApart(module: string): Promise<string | undefined> {
  const script = `await import(${JSON.stringify(module)}); process.exit(0)`;
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      timeout: 60_000,
    });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const { signal, stderr } = error as { signal?: string | null; stderr?: string };
  if (signal != null) return `it ends its process with ${signal}`;
  const thrown = /^\w*Error.*$/m.exec(stderr ?? '')?.[0];
  return thrown ?? errnoOf(error) ?? messageOf(error);
}

/** Whether this computer runs our WebAssembly, and whether the configuration uses it. */
export function checkKernels(config?: Pick<Config, 'pool' | 'pipeline'>): Check {
  const failures = KERNELS.flatMap((name) => {
    try {
      compileKernel(name);
      return [];
    } catch (error) {
      return messageOf(error);
    }
  });
  const settings = `pool.kernels is ${config?.pool.kernels ?? 'auto'}, pipeline.decoder is ${config?.pipeline.decoder ?? 'auto'}`;
  if (failures.length === 0) return ok('kernels', `${KERNELS.join(', ')} run; ${settings}`);
  const fix =
    'ONNX Runtime and libvips work alone, more slowly, and images with a side of fewer than 256 pixels have no result. ' +
    'Use a processor with SIMD (x86: SSE 4.1), or install Smearwatch again.';
  return warn('kernels', `${failures.join('; ')}; ${settings}`, fix);
}

/** TensorFlow is for training, and for models that are configured to run in it. */
export async function checkTensorflow(isConfigured: boolean): Promise<Check> {
  const { findTensorflow } = await import('../../model/tensorflow/paths.js');
  const folder = findTensorflow();
  if (folder !== undefined) return ok('tensorflow', `tfjs-node in ${folder}`);
  const fix = '`smearwatch train` provides it when first used; see README, "Training".';
  const report = isConfigured ? fail : warn;
  return report('tensorflow', 'tfjs-node is not there (needed for training, not for classifying)', fix);
}
