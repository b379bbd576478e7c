import type { Metrics } from '../../metrics.js';
import { formatCount } from '../format.js';
import { markup, NOTHING, type Content } from '../markup.js';
import { smoothingWindow } from '../plots/smooth.js';
import type { Series } from '../plots/series.js';
import { trainingCurves, type TrainingCurve } from '../plots/training-curves.js';
import type { IterationPoint } from '../read-history.js';
import { referenceOf, type ReportInput } from '../report-input.js';
import { figure, warning, type ReportSection } from '../section.js';

/** The paper's Figures 4 and 5: the training of the models, if the registry has its history. */
export function training({ metrics, histories }: ReportInput, series: readonly Series[]): ReportSection {
  const known = series.filter(({ name }) => (histories.get(name)?.length ?? 0) > 0);
  return {
    id: 'training',
    title: 'Training, iteration by iteration',
    content: [missing(metrics, histories), known.length === 0 ? NOTHING : plots(histories, known)],
  };
}

function missing({ models }: Metrics, histories: ReportInput['histories']): Content {
  const without = models.map(referenceOf).filter((name) => (histories.get(name)?.length ?? 0) === 0);
  if (without.length === 0) return NOTHING;
  return warning(
    markup`No training history of ${without.map((name, index) => markup`${index === 0 ? '' : ', '}<b>${name}</b>`)}: the registry
holds no usable history.csv for ${without.length === 1 ? 'it' : 'them'}, so Figures 4 and 5 ${
      without.length === models.length ? 'cannot be drawn' : 'are drawn without'
    }. Imported models never have one.`,
  );
}

function plots(histories: ReportInput['histories'], known: readonly Series[]): Content {
  const curves = (measure: 'accuracy' | 'quadraticLoss'): TrainingCurve[] =>
    known.map((each) => ({
      ...each,
      points: (histories.get(each.name) ?? []).map((point) => ({
        iteration: point.iteration,
        value: point[measure],
      })),
    }));
  return [
    figure(
      [
        trainingCurves({
          title: 'Accuracy at every iteration',
          label: 'share right',
          max: 1,
          curves: curves('accuracy'),
        }),
      ],
      markup`Figure 4. Share of each training batch classified correctly. ${lines(histories, known)} With K classes, the paper’s
one-against-rest accuracy of the same batch would be 1 − 2(1 − share)/K, thus higher.`,
    ),
    figure(
      [
        trainingCurves({
          title: 'Quadratic loss at every iteration',
          label: 'quadratic loss',
          curves: curves('quadraticLoss'),
        }),
      ],
      'Figure 5. Quadratic loss of each training batch, Σ(x − x′)²/n: 0 is perfect, 2 certain and wrong.',
    ),
  ];
}

function lines(histories: ReportInput['histories'], known: readonly Series[]): string {
  const windows = known.map(({ name }) => describe(name, histories.get(name) ?? []));
  return (
    'Measured on the training images, before the update and with dropout: not comparable with the figures above. ' +
    'Points: single iterations, at most 1,500 of a model; ' +
    `lines: means of ${windows.join(', ')}.`
  );
}

function describe(name: string, points: readonly IterationPoint[]): string {
  return `${smoothingWindow(points.length)} iterations (${name}, ${formatCount(points.length)} in all)`;
}
