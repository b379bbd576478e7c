import { DOMParser } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { confusionHeatMap, isWide } from '../../../../src/evaluate/report/plots/confusion-heat-map.js';
import { precisionRecallPanel, rocPanel } from '../../../../src/evaluate/report/plots/curve-panel.js';
import { toSvgFile } from '../../../../src/evaluate/report/plots/draw.js';
import { groupedBars, groupsThatFit } from '../../../../src/evaluate/report/plots/grouped-bars.js';
import {
  confidenceHistogram,
  reliabilityDiagram,
} from '../../../../src/evaluate/report/plots/reliability.js';
import { trainingCurves } from '../../../../src/evaluate/report/plots/training-curves.js';
import type { PageElement } from '../page.js';
import { CLASSES, sampleHistory, sampleMetrics } from '../sample.js';

const SERIES = [
  { name: 'one', colour: '#111111' },
  { name: 'two', colour: '#222222', dash: '4 2' },
];
const POINTS: [number, number][] = [
  [0, 0],
  [0.5, 0.75],
  [1, 1],
];
const CALIBRATION = sampleMetrics().models[0]!.all.calibration;

function textsOf(svg: string): string[] {
  const document = new DOMParser().parseFromString(svg, 'image/svg+xml') as unknown as PageElement;
  return [...document.querySelectorAll('text')].map(({ textContent }) => textContent);
}

describe('grouped bars', () => {
  const bars = [
    { group: 'Precision', series: 'one', value: 0.874 },
    { group: 'Precision', series: 'two', value: 0.893, low: 0.88, high: 0.91 },
    { group: 'Recall', series: 'one', value: null },
  ];
  const svg = groupedBars({ title: 'Bars', groups: ['Precision', 'Recall'], series: SERIES, bars });

  it('show their values, a dash for a missing one, their groups and a legend', () => {
    const texts = textsOf(svg);
    for (const text of ['0.874', '0.893', '–', 'Precision', 'Recall', 'one', 'two'])
      expect(texts).toContain(text);
  });

  it('begin at zero', () => {
    expect(textsOf(svg)).toContain('0.0');
  });

  it('stay within the picture with many series and long names', () => {
    const many = Array.from({ length: 9 }, (_, index) => ({
      name: `${'long-'.repeat(12)}${index}`,
      colour: '#333',
    }));
    const each = many.map(({ name }) => ({ group: 'Recall', series: name, value: 0.5 }));
    const width = groupedBars({ title: 'Many', groups: ['Recall'], series: many, bars: each });
    expect(textsOf(width).filter((text) => text.includes('…'))).toHaveLength(9);
  });
});

it('a plot has at most as many groups of bars as leave room for the numbers above', () => {
  expect([4, 9, 100].map(groupsThatFit)).toEqual([9, 4, 1]);
});

describe('training curves', () => {
  it('hold thousands of iterations in two paths a curve', () => {
    const points = sampleHistory(6000).map(({ iteration, accuracy }) => ({ iteration, value: accuracy }));
    const curves = SERIES.map((each) => ({ ...each, points }));
    const svg = trainingCurves({ title: 'Accuracy', label: 'share right', max: 1, curves });
    expect(svg.length).toBeLessThan(150_000);
    expect(svg.match(/aria-label="line"/g)).toHaveLength(4);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['share right', 'iteration', 'one', 'two', '6,000']));
  });

  it('of one iteration are drawn too', () => {
    const curves = [{ ...SERIES[0]!, points: [{ iteration: 1, value: 0.5 }] }];
    expect(trainingCurves({ title: 'Loss', label: 'loss', curves })).not.toContain('NaN');
  });
});

describe('a confusion matrix', () => {
  it('has each count with its share of the row', () => {
    const counts = [
      [3, 1, 0],
      [0, 1250, 0],
      [0, 0, 0],
    ];
    const texts = textsOf(confusionHeatMap({ title: 'Matrix', classes: CLASSES, counts }));
    expect(texts).toEqual(expect.arrayContaining(['3', '75.0\u00a0%', '1,250', '100.0\u00a0%', '–']));
    expect(texts.filter((text) => text === '–')).toHaveLength(3);
    expect(texts).toContain('abnormal-monocyte');
  });
});

describe('a confusion matrix of many classes', () => {
  it('is as wide as the report, its names upright where they would overlap', () => {
    const classes = Array.from({ length: 20 }, (_, index) => `class-${index}`);
    const svg = confusionHeatMap({
      title: 'Matrix',
      classes,
      counts: classes.map(() => classes.map(() => 7)),
    });
    expect([isWide(CLASSES), isWide(classes)]).toEqual([false, true]);
    expect(svg).toContain('width="740"');
    expect(svg).toContain('rotate(-90)');
    expect(textsOf(svg).filter((text) => text === '7')).toHaveLength(400);
  });
});

describe('curve panels', () => {
  const curves = SERIES.map((each) => ({ ...each, points: POINTS, note: '0.912' }));

  it('name their axes, the class and each model’s area', () => {
    const roc = textsOf(rocPanel({ title: 'ROC', heading: 'lymphocyte', curves }));
    expect(roc).toEqual(
      expect.arrayContaining([
        'sensitivity',
        'false positive rate',
        'lymphocyte',
        'one  0.912',
        'two  0.912',
      ]),
    );
    const precisionRecall = textsOf(
      precisionRecallPanel({ title: 'PR', heading: 'lymphocyte', curves }, 0.25),
    );
    expect(precisionRecall).toEqual(expect.arrayContaining(['precision', 'recall']));
  });

  it('are the same from either end', () => {
    const reversed = curves.map((curve) => ({ ...curve, points: curve.points.toReversed() }));
    const panel = { title: 'PR', heading: 'lymphocyte' };
    expect(precisionRecallPanel({ ...panel, curves: reversed }, 0.25)).toBe(
      precisionRecallPanel({ ...panel, curves }, 0.25),
    );
  });

  it('without a point are empty', () => {
    const empty = curves.map((curve) => ({ ...curve, points: [], note: '–' }));
    expect(rocPanel({ title: 'ROC', heading: 'none', curves: empty })).not.toContain('NaN');
  });
});

describe('reliability', () => {
  const options = { title: 'Reliability', heading: 'one', colour: '#111111', calibration: CALIBRATION };

  it('has a point for each bin that holds images, and all bins’ counts', () => {
    const svg = reliabilityDiagram(options);
    expect(svg.match(/<circle/g)).toHaveLength(6);
    expect(textsOf(confidenceHistogram(options))).toEqual(expect.arrayContaining(['40', '90']));
  });
});

describe('every plot', () => {
  const title = 'a "title" <script>& more';
  const svg = confusionHeatMap({
    title,
    classes: ['<b>&"', 'x'],
    counts: [
      [1, 2],
      [3, 4],
    ],
  });

  it('has a description for screen readers', () => {
    expect(svg).toMatch(/^<svg role="img" aria-label="a &quot;title&quot; &lt;script&gt;&amp; more"/);
  });

  it('can be a separate file, on white', () => {
    const file = toSvgFile(svg);
    expect(file).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    expect(file).toContain('fill="white"');
    expect(textsOf(file)).toContain('<b>&"');
  });
});
