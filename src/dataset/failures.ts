import { SmearwatchError, type ErrorCode, type SmearwatchErrorOptions } from '../errors.js';

/** Errors about a labelled folder that the user must fix. All are raised before training starts. */

export function folderUnknown(folder: string, cause?: unknown): SmearwatchError {
  return failure('data-folder-unknown', `${folder} is not a folder that can be read`, { cause });
}

export function tooFewClasses(folder: string, found: readonly string[]): SmearwatchError {
  const what = found.length === 0 ? 'no class folder' : `only the class ${found.join(', ')}`;
  return failure('data-classes-too-few', `${folder} has ${what}, and training needs at least two classes`);
}

export function classEmpty(folder: string, name: string): SmearwatchError {
  return failure(
    'data-class-empty',
    `The class folder ${folder}/${name} has no PNG, JPEG, TIFF or BMP image that can be used`,
  );
}

export function classUnnameable(folder: string, name: string): SmearwatchError {
  return failure(
    'data-class-name-invalid',
    `A class folder in ${folder} has a name that is not allowed for a class: ${JSON.stringify(name)}`,
  );
}

export function manifestInvalid(
  path: string,
  what: string,
  hint = 'It needs a first line "file,class,source,group", then one line per image; or remove it.',
): SmearwatchError {
  return failure('data-manifest-invalid', `${path}: ${what}`, { hint });
}

export function manifestDisagrees(folder: string, what: string, files: readonly string[]): SmearwatchError {
  const more = files.length > 3 ? ` and ${files.length - 3} more` : '';
  return failure(
    'data-manifest-invalid',
    `${folder}/manifest.csv ${what}: ${files.slice(0, 3).join(', ')}${more}`,
  );
}

export function labelsContradict(first: string, second: string): SmearwatchError {
  return failure('data-labels-contradict', `${first} and ${second} are the same image in two classes`);
}

export function splitUnusable(what: string): SmearwatchError {
  return failure('data-split-unusable', `The data cannot be split: ${what}`);
}

export function splitForeign(path: string, what: string, cause?: unknown): SmearwatchError {
  return failure('data-split-foreign', `${path} does not fit this data: ${what}`, { cause });
}

function failure(code: ErrorCode, message: string, options?: SmearwatchErrorOptions): SmearwatchError {
  return new SmearwatchError(code, `${message}.`, options);
}
