import { markup, type Content } from '../markup.js';
import type { ReportSection } from '../section.js';

/** Explains every figure in plain language. */
export function glossary(): ReportSection {
  return {
    id: 'reading',
    title: 'How to read this',
    content: markup`<dl class="glossary">${TERMS.map(([term, meaning]) => markup`<dt>${term}</dt><dd>${meaning}</dd>\n`)}</dl>\n`,
  };
}

const TERMS: readonly (readonly [string, Content])[] = [
  [
    'Classified correctly',
    'The share of all images whose most probable class is their label. It is the simplest figure, and not the paper’s “accuracy”.',
  ],
  [
    '95 % interval',
    'The uncertainty from the limited number of images: if other images of the same kind had been drawn, an interval computed this way would contain the true value 95 times out of 100. It says nothing about other stains, scanners or patients. All intervals here are 95 % intervals.',
  ],
  [
    'Wilson, bootstrap',
    'The two methods for the intervals. Wilson: for a share of images, as if each image were independent of the others; where patients are known and all agree, for a share of patients. Bootstrap: the evaluated images are drawn again at random many times, whole patients (groups) at once where patients are known, and the middle 95 % of the results are kept. Where several images are of one patient and patients are not known, the true uncertainty is larger than shown.',
  ],
  [
    'Precision',
    'The share of the images classified as a class that are labelled with it: TP / (TP + FP). Also called positive predictive value; it depends on how common the class is among the images.',
  ],
  [
    'Recall, sensitivity',
    'The share of the images labelled with a class that the model found: TP / (TP + FN). Both words mean the same.',
  ],
  [
    'Specificity',
    'The share of the images of all other classes that the model did not mistake for this class: TN / (TN + FP).',
  ],
  [
    'F-measure',
    'One number for precision P and recall R: 2PR / (P + R). For a model it is computed from the precision and the recall averaged over the classes, as in the paper’s Table 3; it is not the mean of the classes’ F-measures.',
  ],
  [
    'Accuracy',
    'As in the paper’s Table 4, one class against the rest: the share of all images that the model correctly assigns to this class or to the rest, (TP + TN) / all. It is high even for a poor model, because most images are not of the class; the average over the classes is always higher than the share classified correctly (unless all images are right).',
  ],
  [
    'Sensitivity at 95 % specificity',
    'The model’s probability for the class is compared with a threshold instead of with the other classes. The threshold is the lowest at which 95 % of the other images stay below it; the figure is the share of the class that is found with it. The threshold was chosen on these same images, so a threshold that is fixed beforehand may perform a little worse; the interval treats the threshold as fixed. If even the highest probability is too low a threshold, there is no threshold and nothing is found.',
  ],
  [
    'ROC curve, ROC area',
    'Sensitivity over the share of other images that are mistaken for the class, at every threshold. The area is the chance that an image of the class gets a higher probability than one of another class: 1 is perfect, 0.5 is guessing.',
  ],
  [
    'Precision-recall curve, average precision',
    'Precision at every recall. The area below the curve, taken as steps, is the average precision; guessing gives the share of the class among the images.',
  ],
  [
    'Confusion matrix',
    'Each row is a labelled class, each column the class that the model gave; on the diagonal are the right answers. “n” in the tables is the number of images that a share is computed from.',
  ],
  [
    'Quadratic loss',
    'Per image, the squared differences between the model’s probabilities and the truth (1 for the labelled class, 0 for the others), summed, then averaged over the images. 0 is perfect, 2 is certain and wrong. As in the paper’s Figure 5.',
  ],
  [
    'Cross entropy',
    'The mean of −ln(probability given to the labelled class). 0 is perfect; being sure and wrong costs most.',
  ],
  [
    'Calibration, expected calibration error (ECE)',
    'Whether the probabilities can be trusted: of the images with a confidence of about 90 %, about 90 % should be right. Confidence is the probability of the class that was given. Images are sorted into ten bins of confidence; the ECE is the mean distance between confidence and share right, weighted by the bins’ images. 0 is perfect.',
  ],
  [
    'McNemar’s test',
    'Compares two models on the same images by those that only one of them got right. p is how often chance alone would give so large a difference between two equally good models. Below 0.05 the difference is usually accepted as real; above, these images do not decide. With fewer than 25 such images it is computed exactly.',
  ],
  [
    'Gates',
    'Limits that were set before the run, for instance a smallest recall. A gate whose figure does not exist has failed.',
  ],
  [
    'A dash (–)',
    'The figure does not exist, for instance the precision of a class that was never given. It is not 0.',
  ],
  [
    'Label, truth',
    'The class of the folder that contains the image. The report calls a model wrong where it differs from the label; the label itself may be wrong, which is why the worst mistakes are shown.',
  ],
];
