import type { Manifest } from '../../../model/registry/manifest.js';
import { cell } from './markdown.js';
import type { TrainingNotes } from './notes.js';

/** Lists what the model cannot do, as far as the manifest shows it. */
export function limitsOf({ classes, architecture, evaluation }: Manifest, training: TrainingNotes): string[] {
  const { data, split } = training;
  const limits = [
    'Not a medical device: a person decides. Results are an aid for sorting images.',
    `Every image is put into one of ${classes.map(cell).join(', ')}. This includes other cells, empty fields and ` +
      'artefacts.',
    'The whole image is resized to 256×256, so small details are lost.',
  ];
  const sources = data?.sources ?? [];
  if (sources.length > 0) {
    limits.push(
      `Trained on images of ${sources.map(cell).join(', ')}. Other stains, scanners and hospitals may look different ` +
        'to it: evaluate it on your own labelled images first.',
    );
  }
  if (sources.length > 0 && sources.every((source) => source === 'synthetic')) {
    limits.push('The images are drawn by a program. The figures say nothing about real cells.');
  }
  if (split?.by === 'image') {
    limits.push(
      'The split is by image: images of one patient may be in training and test, so new patients will do worse than ' +
        'the figures.',
    );
  }
  if (architecture.name === 'imported') limits.push('Imported: its training is not known to Smearwatch.');
  if (!('confusion' in evaluation)) limits.push('It has not been evaluated: its accuracy is unknown.');
  return limits;
}
