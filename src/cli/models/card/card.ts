import { missedLimits } from '../../../model/registry/limits.js';
import type { Manifest } from '../../../model/registry/manifest.js';
import { modelBytesOf, modelFileOf } from '../../../model/registry/model-files.js';
import type { ModelVersion } from '../../../model/registry/registry.js';
import { formatBytes } from '../../output.js';
import { figures } from './figures.js';
import { limitsOf } from './limits.js';
import { cell, flatten, listItem, section, table } from './markdown.js';
import { notesOf, type EvaluationNotes, type TrainingNotes } from './notes.js';

/**
 * A model card (Mitchell et al., "Model cards for model reporting", 2019) as Markdown, made from the manifest
 * alone. It is not stored: the manifest never changes, a stored copy could disagree with it, and versions
 * older than this feature have a card too.
 */
export function cardOf({ name, version, manifest }: Pick<ModelVersion, 'name' | 'version' | 'manifest'>): string {
  const { training, evaluation } = notesOf(manifest);
  const missed = missedLimits(manifest).map((failure) => `**Missed a limit:** ${cell(failure)}.`);
  const lines = [
    `# Model card: ${name}@${version}`,
    '',
    ...missed.flatMap((line) => [line, '']),
    ...overview(manifest),
    '',
    ...section('Intended use', [cell(manifest.intendedUse)]),
    ...section('Limits', limitsOf(manifest, training).map(listItem)),
    ...section('Figures', figuresOf(manifest, evaluation)),
    ...section('Data', dataOf(training)),
    ...section('Split', splitOf(manifest, training)),
    ...section('Training', trainingOf(training)),
    ...section('Quantisation', quantisationOf(training, evaluation)),
    ...section('Software', table(['Name', 'Version'], Object.entries(manifest.software))),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function overview(manifest: Manifest) {
  const { architecture, classes, precision, createdAt, weightsSha256, preprocessing } = manifest;
  const options = flatten(architecture.options).map(([option, value]) => `${option} ${value}`);
  return table(
    ['', ''],
    [
      ['Network', [architecture.name, ...options].join(', ')],
      ['Classes', classes.join(', ')],
      ['Precision', precision],
      ['Preprocessing', preprocessing],
      ['Size', formatBytes(modelBytesOf(manifest))],
      [`SHA-256 of ${modelFileOf(manifest)}`, weightsSha256],
      ['Made', createdAt],
    ],
  );
}

function figuresOf({ classes }: Manifest, { on, confusion, quadraticLoss }: EvaluationNotes): string[] {
  if (confusion === undefined) return ['Not evaluated.'];
  const loss = quadraticLoss === undefined ? [] : ['', `Quadratic loss: ${quadraticLoss.toFixed(4)}.`];
  return [`Measured on: ${cell(on ?? 'not stated')}.`, '', ...figures(confusion, classes), ...loss];
}

function dataOf({ data }: TrainingNotes): string[] {
  if (data === undefined) return ['Not stated.'];
  const { folder = 'not stated', images, perClass = {}, sources = [], sha256 = 'not stated', leftOut = [] } = data;
  return table(
    ['', ''],
    [
      ['Folder', folder],
      ['Images', images === undefined ? 'not stated' : String(images)],
      ...Object.entries(perClass).map(([name, count]) => [`of class ${name}`, String(count)]),
      ['Sources', sources.length === 0 ? 'not stated' : sources.join(', ')],
      ['Left out', `${leftOut.length} (unreadable, or the same image twice)`],
      ['SHA-256 of the content', sha256],
    ],
  );
}

function splitOf({ classes }: Manifest, { split, recipe }: TrainingNotes): string[] {
  if (split === undefined) return ['Not stated.'];
  const how = split.by === 'group' ? 'by patient (no patient in two parts)' : 'by image';
  const parts = (['train', 'validation', 'test'] as const).map((part) => [
    part,
    ...classes.map((_, index) => String(split[part]?.[index] ?? '')),
  ]);
  const seed = split.seed ?? recipe?.['seed'];
  return [
    `Split ${how}, seed ${typeof seed === 'number' ? seed : 'not stated'}. SHA-256 of split.json:`,
    `${split.sha256 ?? 'not stated'}.`,
    '',
    ...table(['Part', ...classes], parts),
  ];
}

function trainingOf({ recipe, epoch, epochsTrained, seconds }: TrainingNotes): string[] {
  if (recipe === undefined) return ['Not stated.'];
  const end =
    epoch === undefined
      ? []
      : [`Weights of epoch ${epoch} of ${epochsTrained ?? epoch}; ${seconds ?? 'unknown'} seconds.`, ''];
  return [...end, ...table(['Option', 'Value'], flatten(recipe))];
}

function quantisationOf({ quantization }: TrainingNotes, { comparedWithFp32 = {} }: EvaluationNotes): string[] {
  if (quantization === undefined) return [];
  return table(['', ''], [...flatten(quantization), ...flatten(comparedWithFp32, 'compared with fp32: ')]);
}
