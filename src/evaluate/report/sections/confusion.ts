import type { Metrics } from '../../metrics.js';
import { counted } from '../format.js';
import { confusionHeatMap, isWide } from '../plots/confusion-heat-map.js';
import { referenceOf } from '../report-input.js';
import { markup } from '../markup.js';
import { figure, type ReportSection } from '../section.js';

/** The confusion matrices, from which every figure except those of thresholds is counted. */
export function confusion({ models, data: { classes } }: Metrics): ReportSection {
  return {
    id: 'confusion',
    title: 'Confusion matrices',
    content: markup`<div class="${isWide(classes) ? '' : 'pairs'}">${models.map((model) =>
      figure(
        [
          confusionHeatMap({
            title: `Confusion matrix of ${referenceOf(model)}: rows labelled, columns classified`,
            classes,
            counts: model.all.confusion,
          }),
        ],
        markup`<b>${referenceOf(model)}</b>, ${counted(model.all.images, 'image')}. Count, and share of the row.`,
      ),
    )}</div>\n`,
  };
}
