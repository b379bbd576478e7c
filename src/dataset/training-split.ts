import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SmearwatchError } from '../errors.js';
import { contentHash } from './content-hash.js';
import { splitText, type NamedImage } from './split-file.js';
import { splitImages, type Split, type Splittable } from './split.js';

/** The part of a training's manifest entry (train/export-model.ts) from which its split can be made again. */
const trainingSchema = z.object({
  data: z.object({
    sha256: z.string(),
    images: z.number(),
    leftOut: z.array(z.object({ file: z.string() })).default([]),
  }),
  split: z.object({
    sha256: z.string(),
    by: z.enum(['image', 'group']),
    testShare: z.number(),
    validationShare: z.number(),
    seed: z.number().optional(),
  }),
  recipe: z.object({ seed: z.number() }),
});

export type Training = Readonly<z.infer<typeof trainingSchema>>;

/**
 * The training in a manifest; undefined when the manifest does not describe it, for instance for an imported
 * model.
 */
export function trainingOf(trainedOn: Readonly<Record<string, unknown>>): Training | undefined {
  return trainingSchema.safeParse(trainedOn).data;
}

export function isDataOf(training: Training, images: readonly NamedImage[]): boolean {
  return training.data.sha256 === contentHash(images);
}

/**
 * Makes the division of images again that a model was trained on.
 * @param images those of the training, in the order in which it read them
 * @throws SmearwatchError `data-split-foreign` when the result differs from the original
 */
export function remakeSplit<T extends NamedImage & Splittable>(
  { split: { sha256, by, testShare, validationShare, seed }, recipe }: Training,
  images: readonly T[],
): Split<T> {
  const options = { by, testShare, validationShare, seed: seed ?? recipe.seed };
  const split = splitImages(images, options);
  const digest = createHash('sha256').update(splitText(split, options)).digest('hex');
  if (digest !== sha256) throw splitUnknown();
  return split;
}

function splitUnknown(): SmearwatchError {
  return new SmearwatchError(
    'data-split-foreign',
    'The model was trained on this folder, and its split cannot be made again from the manifest',
    {
      hint: "Name the training's split.json (--split of `smearwatch evaluate` and `smearwatch models quantize`); it is in its run folder.",
    },
  );
}
