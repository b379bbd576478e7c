import type { Metrics } from '../../metrics.js';
import { formatFigure } from '../format.js';
import { markup } from '../markup.js';
import { confidenceHistogram, reliabilityDiagram } from '../plots/reliability.js';
import type { Series } from '../plots/series.js';
import { referenceOf } from '../report-input.js';
import { figure, type ReportSection } from '../section.js';

/** Shows whether a confidence of 90 % is right nine times of ten. */
export function calibration({ models }: Metrics, series: readonly Series[]): ReportSection {
  return {
    id: 'calibration',
    title: 'Calibration',
    content: markup`<div class="pairs">${models.map((model) => {
      const name = referenceOf(model);
      const colour = series.find((each) => each.name === name)?.colour ?? '';
      const { calibration } = model.all;
      return figure(
        [
          reliabilityDiagram({ title: `Reliability diagram of ${name}`, heading: name, colour, calibration }),
          confidenceHistogram({ title: `Confidences of ${name}`, colour, calibration }),
        ],
        markup`Expected calibration error <b>${formatFigure(calibration.expectedError)}</b>. Below the dotted line, the confidence of ${name} is higher than its share right.`,
        'stacked',
      );
    })}</div>\n`,
  };
}
