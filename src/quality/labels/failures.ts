import { SmearwatchError } from '../../errors.js';

/**
 * Makes the error for an unknown class. `which` identifies one of several labels: `label 3 of 10`,
 * `labels.csv:4`, a label file's name.
 */
export function classUnknown(
  which: string,
  name: string,
  classes: readonly string[],
  meant: string | undefined,
): SmearwatchError {
  return new SmearwatchError(
    'label-class-unknown',
    `${which}: "${name}" is not a class of the models in use, which are ${classes.join(', ')}`,
    { hint: meant && `Did you mean ${meant}?` },
  );
}

export function targetUnclear(which: string): SmearwatchError {
  return new SmearwatchError('label-target-unclear', `${which} does not say which image it is for`);
}

export function scannerUnknown(which: string, name: string, scanners: readonly string[]): SmearwatchError {
  return new SmearwatchError('label-scanner-unknown', `${which}: there is no scanner "${name}"`, {
    hint: `The configuration has ${scanners.join(', ')}.`,
  });
}

export function pathInvalid(which: string, path: string): SmearwatchError {
  return new SmearwatchError('label-path-invalid', `${which}: "${path}" is not a path of an image`);
}

export function classesUnknown(): SmearwatchError {
  return new SmearwatchError(
    'labels-not-ready',
    'The models are still being loaded, so their classes are not known yet',
  );
}

export function csvInvalid(file: string, what: string, hint?: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError('label-csv-invalid', `The labels in ${file} cannot be imported: ${what}`, {
    hint,
    cause,
  });
}

/** Makes the error for two labels of one list that contradict each other. */
export function labelsContradict(first: string, second: string, classes: readonly string[]): SmearwatchError {
  return new SmearwatchError(
    'label-contradiction',
    `${first} and ${second} label the same image as ${classes.join(' and as ')}`,
  );
}
