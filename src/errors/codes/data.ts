import { configuration, passing, permanent, usage } from '../row.js';

/** Failures of labelled folders, labels, training, evaluation and generated smears. */
export const DATA = {
  ...usage({
    'data-folder-unknown': 'Name a folder that has one sub-folder of images per class.',
    'data-classes-too-few':
      'Put the images of each class into a sub-folder with its name: DIR/<class>/<image>.',
    'data-class-empty': 'Add images, or remove the folder.',
    'data-class-name-invalid':
      'A class is one line of UTF-8 text without control characters: rename the folder.',
    'data-classes-differ': 'Name a folder with one sub-folder per class of the model.',
    'data-manifest-invalid': 'Correct the manifest, or remove it: it is optional.',
    'data-labels-contradict': 'Remove one of the two.',
    'data-split-unusable': 'Give every class more images or, where the split is by group, more groups.',
    'data-split-foreign': 'Use a split that was made for this folder.',
    'label-class-unknown': 'Give one of these classes.',
    'label-target-unclear': 'Give the sha256 of the image, or its scanner and path, and not both.',
    'label-scanner-unknown': 'Name a scanner of the configuration.',
    'label-path-invalid':
      "Give it relative to the scanner's folder, with forward slashes and without . and .., as in `smearwatch results`.",
    'label-image-unknown':
      'Give all 64 digits; `smearwatch results --json` and the result documents have them.',
    'label-csv-invalid':
      'Its first line names the columns: class, and sha256 or path; scanner and by may be there too.',
    'label-contradiction': 'Remove one of the two; none of the labels was imported.',
    'checkpoint-missing': 'Name the folder of an interrupted training; one is written after each epoch.',
    'checkpoint-foreign':
      'Resume with the options, images and split that it was started with, or start a new run in another folder.',
    'evaluation-data-empty': 'Is it the folder that the split was made for?',
    'evaluation-by-unknown': 'Add the column to manifest.csv, or tell the images apart by another one.',
    'evaluation-split-unknown': 'Name one with `smearwatch evaluate --split`, or evaluate the models apart.',
    'evaluation-out-occupied': 'Name another folder for the results, or empty this one.',
    'evaluation-differs':
      'Name another folder for the results, or give the data, models and split with which it was begun.',
    'generate-option': 'Give the option a value in its range.',
    'manifest-foreign': 'Name another folder, or move that manifest.csv away.',
  }),
  ...configuration({
    'evaluation-gate-class': 'Name a class that the models know in evaluation.gates.',
  }),
  ...passing({
    'labels-not-ready': 'Try again in a few seconds; /readyz says when.',
    'training-stopped': 'Nothing was finished: start it again.',
    'training-died':
      'Most often memory ran out. Finished epochs are in the run folder, from which the training can be resumed.',
    'training-failed': 'This was not expected. Finished epochs are in the run folder.',
    'evaluation-in-use': 'Wait for it, or name another folder for the results.',
    'evaluation-stuck':
      'Fix that, then evaluate into the same folder again to continue; changed images need another folder.',
    'evaluation-ledger-unwritable':
      'Make room on the disk, then evaluate into the same folder again: what is recorded is not lost.',
    'evaluation-workers-lost':
      'Most often memory ran out: use fewer workers. An evaluation into the same folder continues this one.',
    'evaluation-died':
      'Most often memory ran out: lower evaluation.schedule.threads. What it had done is kept.',
    'evaluation-failed':
      'This was not expected. What is recorded is kept, and the next attempt continues it.',
    'generate-failed':
      'Check that the folder can be written to and that its disk has room, then run again: finished images stay.',
  }),
  ...permanent({
    'checkpoint-damaged': 'Delete the run folder and train again, or restore it from a backup.',
    'evaluation-too-old':
      'Name another folder for the results: the images are then evaluated from the beginning.',
    'evaluation-without-result': 'Give the command of the evaluation by hand, which shows what it says.',
    'evaluation-given-up': 'The log has the reasons; the next planned evaluation begins anew.',
    'planned-evaluations-log-invalid':
      'It is put aside as planned-evaluations.json.invalid; planned evaluations go on from now.',
  }),
};
