import type { ClassMetrics, Metrics } from '../../metrics.js';
import { formatFigure } from '../format.js';
import { markup, NOTHING, type Markup } from '../markup.js';
import { NOTES, precisionRecallPanel, rocPanel, type Curve, type PanelPoint } from '../plots/curve-panel.js';
import type { Series } from '../plots/series.js';
import { referenceOf } from '../report-input.js';
import { figure, type ReportSection } from '../section.js';

/** ROC curves and precision-recall curves: a panel for each class and a line for each model. */
export function curves(
  { models, data: { classes, images } }: Metrics,
  series: readonly Series[],
): ReportSection {
  const curvesOf = (
    name: string,
    pointsOf: (found: ClassMetrics) => PanelPoint[],
    areaOf: (found: ClassMetrics) => number | null,
  ) =>
    models.flatMap((model): Curve[] => {
      const found = model.all.perClass.find((each) => each.class === name);
      const look = series.find((each) => each.name === referenceOf(model));
      if (found === undefined || look === undefined) return [];
      return [{ ...look, points: pointsOf(found), note: formatFigure(areaOf(found)) }];
    });
  const roc = classes.map((name) =>
    rocPanel({
      title: `ROC curves for ${name}`,
      heading: name,
      curves: curvesOf(
        name,
        (found) => found.rocCurve,
        (found) => found.rocArea.value,
      ),
    }),
  );
  const precisionRecall = classes.map((name) => {
    const own = models[0]?.all.perClass.find((each) => each.class === name)?.images ?? 0;
    return precisionRecallPanel(
      {
        title: `Precision-recall curves for ${name}`,
        heading: name,
        curves: curvesOf(
          name,
          (found) => found.precisionRecallCurve,
          (found) => found.averagePrecision.value,
        ),
      },
      images === 0 ? 0 : own / images,
    );
  });
  const areas = (what: string): string => (series.length > NOTES ? '' : `, with the ${what}`);
  return {
    id: 'curves',
    title: 'At every threshold',
    content: [
      series.length > NOTES ? legendLine(series) : NOTHING,
      figure(roc, `ROC curves${areas('area below each')}. Dotted: guessing.`, 'thirds'),
      figure(
        precisionRecall,
        `Precision over recall${areas('average precision of each')}. Dotted: guessing.`,
        'thirds',
      ),
    ],
  };
}

/** A legend instead of names within the panels; the tables above have the areas. */
function legendLine(series: readonly Series[]): Markup {
  return markup`<p class="legend lead">${series.map(({ name, colour, dash = '' }) => {
    const line = markup`<path d="M0,6H30" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`;
    return markup`<span><svg width="30" height="12" aria-hidden="true">${line}</svg> ${name}</span> `;
  })}</p>\n`;
}
