import type { Engine, EngineName } from '../../engine.js';
import { errnoOf, SmearwatchError } from '../../errors.js';

/**
 * Loads an engine's native code. Only workers and training call this, never the main thread.
 * @throws SmearwatchError `engine-unavailable` when it is not installed
 */
export async function loadEngine(name: EngineName): Promise<Engine> {
  try {
    switch (name) {
      case 'onnxruntime':
        return (await import('./onnxruntime.js')).onnxruntimeEngine();
      case 'tfjs-node':
        return await (await import('../tensorflow/engine.js')).tensorflowEngine();
    }
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    throw new SmearwatchError(
      'engine-unavailable',
      `The engine ${name} cannot be loaded${missingPart(error)}`,
      {
        hint:
          name === 'tfjs-node'
            ? 'Provide tfjs-node with the script that ships with Smearwatch, or configure the engine onnxruntime.'
            : 'Run npm ci again on this machine: the binaries depend on its platform.',
        cause: error,
      },
    );
  }
}

function missingPart(error: unknown): string {
  return errnoOf(error) === 'ERR_MODULE_NOT_FOUND' ? ': a part of it is not installed' : '';
}
