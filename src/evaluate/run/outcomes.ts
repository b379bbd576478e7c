import type { Ledger, LedgerFile } from '../../ledger/ledger.js';
import type { ResultRecord } from '../../record.js';
import type { LabelledImage } from '../data/find-images.js';
import type { LabelledPrediction } from '../labelled-prediction.js';
import type { LeftOut } from '../metrics.js';
import { SOURCE } from './flow.js';

/** An image that counts: its bytes have one class and a result. */
export interface EvaluatedImage extends LabelledImage {
  readonly sha256: string;
  readonly record: ResultRecord;
}

export interface Outcomes {
  /** Evaluated images, sorted by path; the same bytes only once. */
  readonly images: readonly EvaluatedImage[];
  readonly leftOut: readonly LeftOut[];
}

/** The ledger's outcome for each labelled image. */
export function outcomesOf(ledger: Ledger, images: readonly LabelledImage[]): Outcomes {
  const labelled = new Map(images.map((image) => [image.path, image]));
  const classified: EvaluatedImage[] = [];
  const leftOut: LeftOut[] = [];
  for (const file of ledger.browse.files(SOURCE)) {
    const image = labelled.get(file.path);
    if (image === undefined) continue;
    const { sha256, record } = file;
    if (sha256 !== undefined && record !== undefined) classified.push({ ...image, sha256, record });
    else leftOut.push(unreadable(file));
  }
  classified.sort((a, b) => (a.path < b.path ? -1 : 1));
  return withoutRepeats(classified, leftOut);
}

function unreadable({ path, reason }: LedgerFile): LeftOut {
  return { file: path, why: 'unreadable', reason: reason ?? 'It was not classified' };
}

/**
 * Keeps the first of several files with the same bytes. If they have two classes, none counts, because the
 * right one is unknown.
 */
function withoutRepeats(images: readonly EvaluatedImage[], leftOut: LeftOut[]): Outcomes {
  const byBytes = new Map<string, EvaluatedImage[]>();
  for (const image of images) {
    const same = byBytes.get(image.sha256);
    if (same === undefined) byBytes.set(image.sha256, [image]);
    else same.push(image);
  }
  const kept: EvaluatedImage[] = [];
  for (const [first, ...others] of byBytes.values()) {
    if (first === undefined) continue;
    const contrary = others.find(({ label }) => label !== first.label);
    if (contrary === undefined) {
      kept.push(first);
      leftOut.push(...others.map((other) => repeats(other, first)));
    } else {
      leftOut.push(contradicts(first, contrary), ...others.map((other) => contradicts(other, first)));
    }
  }
  return { images: kept, leftOut };
}

function repeats({ path }: EvaluatedImage, first: EvaluatedImage): LeftOut {
  return { file: path, why: 'duplicate', reason: `It is the same image as ${first.path}, which counts` };
}

function contradicts({ path }: EvaluatedImage, other: EvaluatedImage): LeftOut {
  return {
    file: path,
    why: 'contradictory',
    reason: `${other.path} is the same image; it is in more than one class`,
  };
}

/**
 * One model's prediction for each image, in the order of the images.
 * @param model index in the records
 * @param classes order in which the model's probabilities are returned
 */
export function predictionsOf(
  images: readonly EvaluatedImage[],
  model: number,
  classes: readonly string[],
): LabelledPrediction[] {
  return images.map(({ path, sha256, label, group, by, record }) => {
    const probabilities = record.models[model]?.probabilities ?? {};
    return {
      file: path,
      sha256,
      label,
      group,
      by,
      probabilities: classes.map((name) => probabilities[name] ?? 0),
    };
  });
}
