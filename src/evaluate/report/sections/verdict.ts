import type { EvaluatedModel, Estimate, GateResult, Metrics } from '../../metrics.js';
import { counted, formatCount, formatFigure, formatPercent, formatPercentInterval } from '../format.js';
import { markup, NOTHING, type Content, type Markup } from '../markup.js';
import { referenceOf, SOUGHT } from '../report-input.js';
import { soughtSensitivity } from '../sought.js';
import type { ReportSection } from '../section.js';
import { small, table } from '../table.js';

/** One line for each model: its most important figures. */
export function verdict(metrics: Metrics): ReportSection {
  const hasSought = metrics.data.classes.includes(SOUGHT.class);
  const columns = [
    { title: 'Model' },
    { title: 'Classified correctly', align: 'left' },
    ...(hasSought
      ? [
          {
            title: `${SOUGHT.class} found`,
            hint: `at ${SOUGHT.specificity * 100} % specificity`,
            align: 'left' as const,
          },
        ]
      : []),
    { title: 'Gates', align: 'left' },
  ] as const;
  const rows = metrics.models.map((model) => [
    referenceOf(model),
    large(model.all.shareRight, `of ${counted(model.all.images, 'image')}`),
    ...(hasSought ? [soughtCell(model, metrics.data.classes)] : []),
    gatesOf(model, metrics.gates),
  ]);
  return {
    id: 'verdict',
    title: 'Verdict',
    content: [
      markup`<p class="note lead">Below each figure: its 95 % interval. “How to read this”, at the end, explains the terms.</p>\n`,
      table(columns, rows, { className: 'verdict' }),
      gateTable(metrics.gates),
      notesOf(metrics.notes ?? []),
    ],
  };
}

function soughtCell(model: EvaluatedModel, classes: readonly string[]): Content {
  const found = soughtSensitivity(model.all);
  const images = model.all.perClass[classes.indexOf(SOUGHT.class)]?.images ?? 0;
  if (found === undefined) return 'not measured';
  const threshold = found.threshold === null ? '' : ` · threshold ${formatFigure(found.threshold)}`;
  return large(found.sensitivity, `of ${formatCount(images)}${threshold}`);
}

function large(estimate: Estimate, of: string): Markup {
  const interval = formatPercentInterval(estimate);
  return markup`<span class="large">${formatPercent(estimate.value)}</span>${small(interval)}${small(of)}`;
}

function gatesOf(model: EvaluatedModel, gates: readonly GateResult[]): Content {
  const own = gates.filter((gate) => gate.model === referenceOf(model));
  const failed = own.filter(({ passed }) => !passed).length;
  if (own.length === 0) return markup`<span class="soft">none set</span>`;
  if (failed === 0) return markup`<span class="passed">✓ ${allPassed(own.length)}</span>`;
  return markup`<span class="failed">✗ ${failed} of ${own.length} failed</span>`;
}

function allPassed(gates: number): string {
  return gates === 1 ? 'passed' : `all ${gates} passed`;
}

function notesOf(notes: readonly string[]): Content {
  if (notes.length === 0) return NOTHING;
  return markup`<div class="warning"><b>Note</b><ul>${notes.map((note) => markup`<li>${note}</li>\n`)}</ul></div>\n`;
}

/** The results of the gates, failed ones first. */
function gateTable(gates: readonly GateResult[]): Content {
  if (gates.length === 0) return NOTHING;
  const columns = [
    { title: 'Gate' },
    { title: 'Measured' },
    { title: 'Limit' },
    { title: 'Result', align: 'left' },
  ] as const;
  const rows = gates
    .toSorted((a, b) => Number(a.passed) - Number(b.passed))
    .map(({ gate, value, limit, passed }) => [
      gate,
      formatFigure(value),
      formatFigure(limit),
      passed ? markup`<span class="passed">✓ passed</span>` : markup`<span class="failed">✗ failed</span>`,
    ]);
  return table(columns, rows, { className: 'gates' });
}
