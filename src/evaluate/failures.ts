import { messageOf, SmearwatchError } from '../errors.js';

/** Errors of an evaluation that cannot start or continue. */

export function noImages(folder: string, classes: readonly string[]): SmearwatchError {
  return new SmearwatchError('evaluation-data-empty', `${folder} has no image to evaluate`, {
    hint: `Put images into folders with the names of the models' classes: ${classes.join(', ')}.`,
  });
}

export function columnUnknown(
  by: string,
  folder: string,
  columns: readonly string[] | undefined,
): SmearwatchError {
  return new SmearwatchError(
    'evaluation-by-unknown',
    columns === undefined
      ? `Figures by ${by} need ${folder}/manifest.csv, which is not there`
      : `${folder}/manifest.csv has no column "${by}" to group images by`,
    {
      hint:
        columns === undefined
          ? 'Add one with the columns file, class and a column to group the images by.'
          : `It has: ${columns.join(', ')}.`,
    },
  );
}

export function partNeedsSplit(part: string): SmearwatchError {
  return new SmearwatchError(
    'evaluation-split-unknown',
    `The ${part} part needs a split: none of the models was trained on this folder`,
    {
      hint: "Name a training's split.json with `smearwatch evaluate --split`; it is in the run folder of the training.",
    },
  );
}

export function splitsDiffer(part: string): SmearwatchError {
  return new SmearwatchError(
    'evaluation-split-unknown',
    `The models were trained with different splits of this folder, so there is no one ${part} part`,
  );
}

export function partEmpty(part: string, where: string): SmearwatchError {
  return new SmearwatchError(
    'evaluation-data-empty',
    `None of the images of the ${part} part is in ${where}`,
  );
}

export function sameModelTwice(name: string): SmearwatchError {
  return new SmearwatchError('usage', `${name} is named twice among the models`, {
    hint: 'Name each model once.',
  });
}

export function gateClassUnknown(name: string, classes: readonly string[]): SmearwatchError {
  return new SmearwatchError(
    'evaluation-gate-class',
    `evaluation.gates asks about the class ${name}, which the models do not know`,
    { hint: `They know ${classes.join(', ')}.` },
  );
}

export function notAnEvaluation(outDir: string): SmearwatchError {
  return new SmearwatchError(
    'evaluation-out-occupied',
    `${outDir} has files that are not from an evaluation`,
  );
}

export function evaluationDiffers(outDir: string, what: readonly string[]): SmearwatchError {
  return new SmearwatchError(
    'evaluation-differs',
    `${outDir} holds a different evaluation: ${what.join('; ')}`,
  );
}

export function evaluationInUse(outDir: string, cause: unknown): SmearwatchError {
  return new SmearwatchError('evaluation-in-use', `Another Smearwatch process is evaluating into ${outDir}`, {
    cause,
  });
}

export function evaluationTooOld(outDir: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'evaluation-too-old',
    `The evaluation in ${outDir} was begun by a Smearwatch from before ledger version 1`,
    { cause },
  );
}

export function evaluationStuck(images: number, why: string): SmearwatchError {
  return new SmearwatchError(
    'evaluation-stuck',
    `${images} images can neither be classified nor quarantined: ${why}`,
  );
}

export function ledgerUnwritable(outDir: string, cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'evaluation-ledger-unwritable',
    `The ledger in ${outDir} cannot be written: ${messageOf(cause)}`,
    { cause },
  );
}

export function workersLost(cause: unknown): SmearwatchError {
  return new SmearwatchError(
    'evaluation-workers-lost',
    `The inference workers died and cannot be replaced: ${messageOf(cause)}`,
    { cause },
  );
}

export function interrupted(outDir: string, cause: unknown): SmearwatchError {
  return new SmearwatchError('interrupted', messageOf(cause), {
    hint: `To continue, give the same options to \`smearwatch evaluate --out ${outDir}\`.`,
    cause,
  });
}
