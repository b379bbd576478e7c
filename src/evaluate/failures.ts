import { messageOf, SmearwatchError, type ErrorKind } from '../errors.js';

/** Every sentence about an evaluation that cannot begin or go on. */

export function noImages(folder: string, classes: readonly string[]): SmearwatchError {
  return failure(
    'evaluation-data-empty',
    `${folder} has no image to evaluate`,
    `Put images into folders with the names of the models' classes: ${classes.join(', ')}.`,
  );
}

export function columnUnknown(
  by: string,
  folder: string,
  columns: readonly string[] | undefined,
): SmearwatchError {
  return failure(
    'evaluation-by-unknown',
    columns === undefined
      ? `Figures by ${by} need ${folder}/manifest.csv, which is not there`
      : `${folder}/manifest.csv has no column "${by}" to tell images apart by`,
    columns === undefined
      ? 'Add one with the columns file, class and what the images are to be told apart by.'
      : `It has: ${columns.join(', ')}.`,
  );
}

export function partNeedsSplit(part: string): SmearwatchError {
  return failure(
    'evaluation-split-unknown',
    `The ${part} part needs a split: none of the models was trained on this folder`,
    "Name a training's split.json with `smearwatch evaluate --split`; it is in the run folder of the training.",
  );
}

export function splitsDiffer(part: string): SmearwatchError {
  return failure(
    'evaluation-split-unknown',
    `The models were trained with different splits of this folder, so there is no one ${part} part`,
    'Name one with `smearwatch evaluate --split`, or evaluate the models apart.',
  );
}

export function partEmpty(part: string, where: string): SmearwatchError {
  return failure(
    'evaluation-data-empty',
    `None of the images of the ${part} part is in ${where}`,
    'Is it the folder that the split was made for?',
  );
}

export function sameModelTwice(name: string): SmearwatchError {
  return failure('usage', `${name} is named twice among the models`, 'Name each model once.');
}

export function gateClassUnknown(name: string, classes: readonly string[]): SmearwatchError {
  return failure(
    'evaluation-gate-class',
    `evaluation.gates asks about the class ${name}, which the models do not know`,
    `They know ${classes.join(', ')}.`,
    'configuration',
  );
}

export function notAnEvaluation(outDir: string): SmearwatchError {
  return failure(
    'evaluation-out-occupied',
    `${outDir} has files that are of no evaluation`,
    'Name another folder for the results, or empty this one.',
  );
}

export function evaluationDiffers(outDir: string, what: readonly string[]): SmearwatchError {
  return failure(
    'evaluation-differs',
    `${outDir} holds an evaluation that differs: ${what.join('; ')}`,
    'Name another folder for the results, or give the data, models and split with which it was begun.',
  );
}

export function evaluationInUse(outDir: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(`Another Smearwatch process evaluates into ${outDir}`, {
    code: 'evaluation-in-use',
    hint: 'Wait for it, or name another folder for the results.',
    cause,
  });
}

export function evaluationTooOld(outDir: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    `The evaluation in ${outDir} was begun by a Smearwatch from before ledger version 1`,
    {
      code: 'evaluation-too-old',
      hint: 'Name another folder for the results: the images are then evaluated from the beginning.',
      cause,
    },
  );
}

export function evaluationStuck(images: number, why: string): SmearwatchError {
  return new SmearwatchError(`${images} images can be neither classified nor given up: ${why}`, {
    code: 'evaluation-stuck',
    hint: 'Fix that, then evaluate into the same folder again to continue; changed images need another folder.',
  });
}

export function ledgerUnwritable(outDir: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(`The ledger in ${outDir} cannot be written: ${messageOf(cause)}`, {
    code: 'evaluation-ledger-unwritable',
    hint: 'Make room on the disk, then evaluate into the same folder again: what is recorded is not lost.',
    cause,
  });
}

export function workersLost(cause: unknown): SmearwatchError {
  return new SmearwatchError(`The inference workers died and cannot be replaced: ${messageOf(cause)}`, {
    code: 'evaluation-workers-lost',
    hint: 'Most often memory ran out: use fewer workers. An evaluation into the same folder continues this one.',
    cause,
  });
}

export function interrupted(outDir: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(messageOf(cause), {
    code: 'interrupted',
    hint: `To continue, give the same options to \`smearwatch evaluate --out ${outDir}\`.`,
    cause,
  });
}

function failure(code: string, message: string, hint: string, kind: ErrorKind = 'usage'): SmearwatchError {
  return new SmearwatchError(message, { code, kind, hint });
}
