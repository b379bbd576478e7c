import { describe, expect, it } from 'vitest';
import type { Estimate, Metrics } from '../../../src/evaluate/metrics.js';
import { formatFigure, formatInterval, formatPercent } from '../../../src/evaluate/report/format.js';
import { renderReport } from '../../../src/evaluate/report/render-report.js';
import type { ReportInput } from '../../../src/evaluate/report/report-input.js';
import { openPage, textOf, type Page } from './page.js';
import { CLASSES, estimate, sampleHistory, sampleMetrics, sampleMistake } from './sample.js';

const HOSTILE = `lymphocyte/"><img src=x onerror='alert(1)'>&amp;\u202egpj\u0007.jpg`;

function input(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    metrics: sampleMetrics(),
    histories: new Map([
      ['alexnet@1', sampleHistory()],
      ['lenet5@1', sampleHistory(300)],
    ]),
    mistakes: [sampleMistake()],
    ...changes,
  };
}

function render(changes: Partial<ReportInput> = {}): Page {
  return openPage(renderReport(input(changes)));
}

const titlesOf = (page: Page): string[] => page.all('h2').map(textOf);

describe('the report', () => {
  it('has a numbered section for everything, and links to each', () => {
    const page = render();
    expect(titlesOf(page)).toEqual([
      '1The run',
      '2Verdict',
      '3Compared with the paper',
      '4Training, iteration by iteration',
      '5Confusion matrices',
      '6Class by class',
      '7At every threshold',
      '8Calibration',
      '9Models against each other',
      '10Figures by source',
      '11Worst mistakes',
      '12How to read this',
    ]);
    for (const link of page.all('nav a')) {
      expect(page.find(`section${link.getAttribute('href') ?? ''}`)).not.toBeNull();
    }
  });

  it('describes the run: data, models, software, computer, command', () => {
    const text = render().sectionText('run');
    for (const fact of [
      '/data/smears',
      'a'.repeat(64),
      'b'.repeat(64),
      'd'.repeat(64),
      'normal-monocyte 450',
      'test, of the split',
      'alexnet@1',
      'lenet5@1',
      'onnxruntime',
      'fp32',
      'smearwatch 0.1.0',
      'node 20.20.2',
      'A processor',
      '16.0 GiB',
      '2 cores',
      'smearwatch evaluate --data /data/smears',
      '2026-11-23 04:10:12 UTC',
      '25.4 images',
      '47.3 s',
      '2 workers',
      'lymphocyte/cut.png',
      'The image is truncated',
    ]) {
      expect(text).toContain(fact);
    }
  });

  it('gives every figure of the metrics, with its interval', () => {
    const page = render();
    const texts = page.text;
    for (const each of estimatesOf(sampleMetrics())) {
      expect(texts).toContain(formatFigure(each.value));
      expect(texts).toContain(formatInterval(each));
    }
    for (const { all } of sampleMetrics().models) {
      expect(texts).toContain(formatFigure(all.quadraticLoss, 4));
      expect(texts).toContain(formatFigure(all.crossEntropy, 4));
      expect(texts).toContain(formatFigure(all.calibration.expectedError));
      for (const { fMeasure, sensitivityAt } of all.perClass) {
        expect(texts).toContain(formatFigure(fMeasure));
        for (const { threshold } of sensitivityAt)
          expect(texts).toContain(`threshold ${formatFigure(threshold)}`);
      }
    }
  });

  it('shows in the verdict how many are right, how many abnormal monocytes are found, and which gates failed', () => {
    const text = render().sectionText('verdict');
    const { all } = sampleMetrics().models[0]!;
    expect(text).toContain(formatPercent(all.shareRight.value).replace('\u00a0', ' '));
    expect(text).toContain(
      formatPercent(all.perClass[1]!.sensitivityAt[1]!.sensitivity.value).replace('\u00a0', ' '),
    );
    expect(text).toContain('✓ passed');
    expect(text).toContain('✗ 1 of 1 failed');
    expect(text).toContain('lenet5@1 share right ≥ 0.9');
  });

  it('has the notes for readers of the figures in the verdict', () => {
    const notes = ['WARNING: alexnet@1 was trained on <these> images.', 'A gate could not be checked.'];
    const text = render({ metrics: { ...sampleMetrics(), notes } }).sectionText('verdict');
    for (const note of notes) expect(text).toContain(note);
    expect(render().sectionText('verdict')).not.toContain('Mind');
  });

  it('shows the paper’s tables with ours, and says that they are of other images', () => {
    const text = render().sectionText('paper');
    for (const figure of [
      '0.836',
      '0.853',
      '0.844',
      '0.874',
      '0.889',
      '0.881',
      '0.9669',
      '0.9790',
      '0.9896',
      '0.9858',
    ]) {
      expect(text).toContain(figure);
    }
    expect(text).toContain('other images');
  });

  it('prints folded content: it follows its <details> and is not inside', () => {
    const leftOut = Array.from({ length: 30 }, (_, index) => ({
      file: `lymphocyte/${index}.png`,
      why: 'duplicate' as const,
      reason: 'is another one again',
    }));
    const metrics = sampleMetrics();
    const page = render({ metrics: { ...metrics, data: { ...metrics.data, leftOut } } });
    expect(page.all('details')).toHaveLength(1);
    expect(textOf(page.find('details'))).toContain('30 files');
    expect(page.all('details + .folded li')).toHaveLength(30);
  });

  it('shows a mistake with its picture, its class and every model’s probabilities', () => {
    const text = render().sectionText('mistakes');
    for (const part of ['lymphocyte/1.jpg', 'Basel, patient-7', 'alexnet@1', '98.1 %', '0.7 %', '70.0 %']) {
      expect(text).toContain(part);
    }
    expect(render().find('#mistakes img')?.getAttribute('src')).toBe('data:image/jpeg;base64,AAAA');
  });

  it('does not name a hospital twice where its patients are numbered per hospital', () => {
    const text = render({ mistakes: [sampleMistake({ group: 'Basel/7' })] }).sectionText('mistakes');
    expect(text).toContain('lymphocyte/1.jpgBasel/7');
  });

  it('loads nothing and runs nothing', () => {
    const html = renderReport(input());
    expect(html).not.toMatch(/https?:|\/\/[a-z]|<script|<link[^>]+stylesheet|@import|url\(/i);
    for (const image of openPage(html).all('img')) expect(image.getAttribute('src')).toMatch(/^data:/);
    expect(html).toContain(`default-src 'none'`);
  });

  it('is the same text for the same input', () => {
    expect(renderReport(input())).toBe(renderReport(input()));
  });
});

describe('hostile names', () => {
  const metrics = sampleMetrics();
  const page = render({
    metrics: {
      ...metrics,
      command: HOSTILE,
      data: {
        ...metrics.data,
        folder: HOSTILE,
        by: HOSTILE,
        leftOut: [{ file: HOSTILE, why: 'unreadable', reason: HOSTILE }],
      },
    },
    mistakes: [sampleMistake({ file: HOSTILE, by: HOSTILE, group: HOSTILE, thumbnail: undefined })],
  });
  const shown = `lymphocyte/"><img src=x onerror='alert(1)'>&amp;�gpj�.jpg`;

  it('are text everywhere', () => {
    expect(page.all('img')).toEqual([]);
    expect(page.all('[onerror]')).toEqual([]);
    for (const id of ['run', 'by', 'mistakes']) expect(page.sectionText(id)).toContain(shown);
  });

  it('are text in plots too', () => {
    const classes = [HOSTILE, ...CLASSES.slice(1)];
    const renamed = render({ metrics: withClasses(sampleMetrics(), classes) });
    expect(renamed.all('section svg img, section svg script, [onerror]')).toEqual([]);
    expect(renamed.html).not.toContain('\u202e');
  });
});

describe('a report with few figures', () => {
  it('shows a figure that does not exist as a dash', () => {
    const metrics = sampleMetrics();
    const nothing = estimate(null, null, null);
    const [model] = metrics.models;
    const [first, ...others] = model!.all.perClass;
    const perClass = [
      { ...first!, precision: nothing, fMeasure: null, rocArea: nothing, rocCurve: [] },
      ...others,
    ];
    const all = { ...model!.all, perClass, shareRight: nothing, quadraticLoss: null };
    const page = render({ metrics: { ...metrics, models: [{ ...model!, all, by: {} }] } });
    const row = page.all('#classes tbody tr')[0]!;
    expect([...row.querySelectorAll('td')].map((cell) => textOf(cell).slice(0, 1))).toEqual([
      '–',
      '0',
      '0',
      '0',
      '–',
    ]);
    expect(page.sectionText('classes')).toContain('Quadratic loss –');
    expect(textOf(page.find('#verdict .large'))).toBe('–');
    expect(page.text).not.toMatch(/NaN|null|undefined/);
  });

  it('of a single model has no comparison', () => {
    const metrics = sampleMetrics({ comparisons: [] });
    const page = render({ metrics: { ...metrics, models: metrics.models.slice(0, 1) } });
    expect(page.find('#comparison')).toBeNull();
    expect(page.all('#confusion svg')).toHaveLength(1);
  });

  it('of many models has a legend above the curves instead of names within them', () => {
    const metrics = sampleMetrics();
    const models = Array.from({ length: 7 }, (_, index) => ({
      ...metrics.models[0]!,
      version: String(index),
    }));
    const page = render({ metrics: { ...metrics, models } });
    expect(page.all('#curves .legend span').map(textOf)).toHaveLength(7);
    expect(render().all('#curves .legend')).toEqual([]);
  });

  it('names the models without a training history', () => {
    const one = render({ histories: new Map([['alexnet@1', sampleHistory()]]) });
    expect(one.sectionText('training')).toContain('No training history of lenet5@1');
    expect(one.all('#training svg')).toHaveLength(2);
    const none = render({ histories: new Map() });
    expect(none.sectionText('training')).toContain('No training history of alexnet@1, lenet5@1');
    expect(none.sectionText('training')).toContain('cannot be drawn');
    expect(none.all('#training svg')).toEqual([]);
  });

  it('reports that there are no mistakes only if that is true', () => {
    expect(render({ mistakes: [] }).sectionText('mistakes')).toContain(
      'alexnet@1 131, lenet5@1 131. None is shown',
    );
    const metrics = sampleMetrics();
    const confusion = [
      [450, 0, 0],
      [0, 450, 0],
      [0, 0, 300],
    ];
    const models = metrics.models.map((model) => ({ ...model, all: { ...model.all, confusion } }));
    const page = render({ metrics: { ...metrics, models }, mistakes: [] });
    expect(page.sectionText('mistakes')).toContain('No model classified any image wrongly.');
  });

  it('with other classes than the paper’s has dashes for the paper, and no sought class', () => {
    const page = render({ metrics: withClasses(sampleMetrics(), ['a', 'b', 'c']) });
    expect(page.sectionText('paper')).toContain('LeNet-5 (paper)–––0.9632');
    expect(page.sectionText('verdict')).not.toContain('specificity');
  });

  it('without gates, groups, left out files or a field to group by says so, or leaves it out', () => {
    const metrics = sampleMetrics({ gates: [] });
    const { by, splitSha256, ...data } = metrics.data;
    expect([by, splitSha256]).toEqual(['source', 'b'.repeat(64)]);
    const page = render({ metrics: { ...metrics, data: { ...data, groups: 0, part: 'all', leftOut: [] } } });
    expect(page.find('#by')).toBeNull();
    expect(page.sectionText('verdict')).toContain('none set');
    expect(page.sectionText('run')).toContain('No file was left out.');
    expect(page.sectionText('run')).toContain('not known: each image counts as independent');
    expect(page.sectionText('run')).toContain('only if no model was trained on any of them');
  });
});

describe('figures by a field', () => {
  it('warns where a value’s interval is wholly below another’s', () => {
    const metrics = sampleMetrics();
    const [model] = metrics.models;
    const { Basel, Zürich } = model!.by;
    const by = {
      Basel: { ...Basel!, shareRight: estimate(0.7, 0.65, 0.75) },
      Zürich: { ...Zürich!, shareRight: estimate(0.9, 0.87, 0.93) },
    };
    const page = render({ metrics: { ...metrics, models: [{ ...model!, by }] } });
    expect(page.sectionText('by')).toContain(
      'Basel below Zürich, classified correctly: 70.0 % (65.0–75.0 %) against 90.0 % (87.0–93.0 %)',
    );
  });

  it('reports how many images have no value', () => {
    const metrics = sampleMetrics();
    const models = metrics.models.map((model) => ({ ...model, by: { Basel: model.by['Basel']! } }));
    expect(render({ metrics: { ...metrics, models } }).sectionText('by')).toContain(
      '600 images without a source',
    );
  });
});

function estimatesOf(metrics: Metrics): Estimate[] {
  return metrics.models.flatMap(({ all, by }) => [
    ...[all, ...Object.values(by)].flatMap((each) => [
      each.shareRight,
      each.precision,
      each.recall,
      each.accuracy,
    ]),
    ...all.perClass.flatMap(
      ({ precision, recall, specificity, accuracy, rocArea, averagePrecision, sensitivityAt }) => [
        precision,
        recall,
        specificity,
        accuracy,
        rocArea,
        averagePrecision,
        ...sensitivityAt.map(({ sensitivity }) => sensitivity),
      ],
    ),
  ]);
}

function withClasses(metrics: Metrics, classes: string[]): Metrics {
  const models = metrics.models.map((model) => ({
    ...model,
    by: {},
    all: {
      ...model.all,
      perClass: model.all.perClass.map((each, index) => ({ ...each, class: classes[index] ?? '' })),
    },
  }));
  const perClass = Object.fromEntries(classes.map((name) => [name, 400]));
  return { ...metrics, models, data: { ...metrics.data, classes, perClass } };
}
