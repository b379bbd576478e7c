import { configuration, passing, permanent, usage } from '../row.js';

/** Failures of labelled folders, labels, training, evaluation and generated smears. */
export const DATA = {
  ...usage({
    'data-folder-unknown': 'Name a folder that has one sub-folder of images per class.',
    'data-classes-too-few': 'Put the images of each class into a sub-folder: DIR/<class>/<image>.',
    'data-class-empty': 'Add images to the class folder, or remove it.',
    'data-class-name-invalid': 'Rename the folder: a class is one line of UTF-8 without control characters.',
    'data-classes-differ': 'Name a folder with one sub-folder per class of the model.',
    'data-manifest-invalid': 'Correct the manifest, or remove it: it is optional.',
    'data-labels-contradict': 'Remove one of the two images.',
    'data-split-unusable': 'Give every class more images or, where the split is by group, more groups.',
    'data-split-foreign': 'Use a split that was made for this folder.',
    'label-class-unknown': 'Give one of the classes of the models in use.',
    'label-target-unclear': 'Give the sha256 of the image, or its scanner and path, and not both.',
    'label-scanner-unknown': 'Name a scanner of the configuration.',
    'label-path-invalid':
      "Give it relative to the scanner's folder, with forward slashes and without . and .., as in `smearwatch results`.",
    'label-image-unknown': 'Give all 64 digits of the SHA-256, as in `smearwatch results --json`.',
    'label-csv-invalid': 'The first line names the columns: class, sha256 or path, and maybe scanner and by.',
    'label-contradiction': 'Remove one of the two labels; none of the labels was imported.',
    'checkpoint-missing': 'Name the folder of an interrupted training; one is written after each epoch.',
    'checkpoint-foreign': 'Resume with the same options, images and split, or train into another folder.',
    'evaluation-data-empty': 'Check that the folder is the one that the split was made for.',
    'evaluation-by-unknown': 'Add the column to manifest.csv, or group the images by another column.',
    'evaluation-split-unknown':
      'Name one with `smearwatch evaluate --split`, or evaluate the models separately.',
    'evaluation-out-occupied': 'Name another folder for the results, or empty this one.',
    'evaluation-differs': 'Name another folder, or give the data, models and split that it was begun with.',
    'generate-option': 'Give the option a value in its range.',
    'manifest-foreign': 'Name another folder, or move that manifest.csv away.',
  }),
  ...configuration({
    'evaluation-gate-class': 'Name a class that the models know in evaluation.gates.',
  }),
  ...passing({
    'labels-not-ready': 'Try again in a few seconds; /readyz says when.',
    'training-stopped': 'Nothing was finished: start it again.',
    'training-died': 'Most often memory ran out. Resume from the run folder, which has the finished epochs.',
    'training-failed': 'This was not expected. Finished epochs are in the run folder.',
    'evaluation-in-use': 'Wait for the other process, or name another folder for the results.',
    'evaluation-stuck':
      'Fix the cause, then evaluate into the same folder again to continue; changed images need another folder.',
    'evaluation-ledger-unwritable': 'Make room on the disk, then evaluate into the same folder to continue.',
    'evaluation-workers-lost':
      'Most often memory ran out: use fewer workers. An evaluation into the same folder continues this one.',
    'evaluation-died': 'Most often memory ran out: lower evaluation.schedule.threads. Its work is kept.',
    'evaluation-failed': 'This was not expected; what is recorded is kept, and the next attempt continues.',
    'generate-failed': 'Check the folder and the room on its disk, then run again: finished images stay.',
  }),
  ...permanent({
    'checkpoint-damaged': 'Delete the run folder and train again, or restore it from a backup.',
    'evaluation-too-old': 'Name another folder for the results: the evaluation then starts again.',
    'evaluation-without-result': 'Run the command of the evaluation by hand to see what it says.',
    'evaluation-given-up': 'The log has the reasons; the next planned evaluation begins again.',
    'planned-evaluations-log-invalid':
      'The file is kept as planned-evaluations.json.invalid; planned evaluations continue from now.',
  }),
};
