import { SmearwatchError } from '../errors.js';

/**
 * Node cannot say where it is once that folder has been removed, and every relative path is then meaningless.
 * @throws SmearwatchError `working-folder-gone`
 */
export function requireWorkingFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new SmearwatchError('The folder in which this command was started does not exist any more', {
      code: 'working-folder-gone',
      kind: 'usage',
      hint: 'Change to another folder (cd), and run the command again.',
      cause,
    });
  }
}
