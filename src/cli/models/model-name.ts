import { MODEL_NAME } from '../../model/registry/manifest.js';
import { usageError } from '../options.js';

/**
 * Checks the name before any work: the registry would refuse it only at the end. @throws SmearwatchError
 * `usage`
 */
export function checkModelName(name: string): void {
  if (MODEL_NAME.test(name)) return;
  throw usageError(
    `--name "${name}" is not a valid model name`,
    'Use a-z, 0-9, "_" and "-", beginning with a letter.',
  );
}
