import { MODEL_NAME } from '../../model/registry/manifest.js';
import { usageError } from '../options.js';

/**
 * Before any work: the registry itself would refuse the name only at the end. @throws SmearwatchError `usage`
 */
export function checkModelName(name: string): void {
  if (MODEL_NAME.test(name)) return;
  throw usageError(
    `--name "${name}" is no name for a model`,
    'Use a-z, 0-9, "_" and "-", beginning with a letter.',
  );
}
