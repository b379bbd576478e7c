import { SmearwatchError } from '../../errors.js';

/** `which` says which of several labels is meant: `label 3 of 10`, `labels.csv:4`, a label file's name. */
export function classUnknown(
  which: string,
  name: string,
  classes: readonly string[],
  meant: string | undefined,
): SmearwatchError {
  return failure(
    'label-class-unknown',
    `${which}: "${name}" is no class of the models in use, which know ${classes.join(', ')}`,
    meant === undefined ? 'Give one of these classes.' : `Did you mean ${meant}?`,
  );
}

export function targetUnclear(which: string): SmearwatchError {
  return failure(
    'label-target-unclear',
    `${which} does not say whose it is`,
    'Give the sha256 of the image, or its scanner and path, and not both.',
  );
}

export function scannerUnknown(which: string, name: string, scanners: readonly string[]): SmearwatchError {
  return failure(
    'label-scanner-unknown',
    `${which}: there is no scanner "${name}"`,
    `The configuration has ${scanners.join(', ')}.`,
  );
}

export function pathInvalid(which: string, path: string): SmearwatchError {
  return failure(
    'label-path-invalid',
    `${which}: "${path}" is no path of an image`,
    "Give it relative to the scanner's folder, with forward slashes and without . and .., as in `smearwatch results`.",
  );
}

export function classesUnknown(): SmearwatchError {
  return new SmearwatchError('The models are still being loaded, so their classes are not known yet', {
    code: 'labels-not-ready',
    hint: 'Try again in a few seconds; /readyz says when.',
  });
}

export function csvInvalid(
  file: string,
  what: string,
  hint = 'Its first line names the columns: class, and sha256 or path; scanner and by may be there too.',
  cause?: unknown,
): SmearwatchError {
  return failure('label-csv-invalid', `The labels in ${file} cannot be imported: ${what}`, hint, cause);
}

/** Two labels of one list contradict each other, so that no one can say which is right. */
export function labelsContradict(first: string, second: string, classes: readonly string[]): SmearwatchError {
  return failure(
    'label-contradiction',
    `${first} and ${second} label the same image as ${classes.join(' and as ')}`,
    'Remove one of the two; none of the labels was imported.',
  );
}

function failure(code: string, message: string, hint: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError(message, { code, kind: 'usage', hint, cause });
}
