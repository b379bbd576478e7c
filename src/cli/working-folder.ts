import { SmearwatchError } from '../errors.js';

/**
 * Node cannot say where it is once that folder has been removed, and every relative path is then meaningless.
 * @throws SmearwatchError `working-folder-gone`
 */
export function requireWorkingFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new SmearwatchError(
      'working-folder-gone',
      'The folder in which this command was started does not exist any more',
      { cause },
    );
  }
}
