import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { readAudit } from '../../src/audit/read-audit.js';
import { metricsSchema } from '../../src/evaluate/metrics.js';
import { CELL_CLASSES } from '../../src/images.js';
import type { TestDaemon } from '../fixtures/daemon.js';
import { drawSmear } from '../../src/generate/smear.js';
import { missedRun } from '../fixtures/missed-run.js';
import { addLeNet5 } from '../fixtures/registry.js';
import { Lab } from './lab.js';

/** A lab with labelled images, whose daemon has missed a planned evaluation. */
async function labWithData(
  imagesPerClass: number,
  evaluation: object = {},
  schedule: object = {},
): Promise<Lab> {
  const lab = await Lab.open();
  await lab.registry.promote('lenet5', 1);
  lab.configure({
    models: { registry: 'models', use: [{ model: 'lenet5@production' }] },
    evaluation: {
      schedule: { ...missedRun(join(lab.folder, 'state')), data: ['cells'], ...schedule },
      ...evaluation,
    },
  });
  const size = { width: 96, height: 108 };
  for (const [index, name] of CELL_CLASSES.entries()) {
    const { pixels } = drawSmear({ seed: index, index: 0, ...size });
    mkdirSync(join(lab.folder, 'cells', name), { recursive: true });
    for (let image = 0; image < imagesPerClass; image += 1) {
      // Each image is different, and drawn a hundred times as fast as a smear.
      pixels.set([image % 256, image >> 8, index]);
      const file = join(lab.folder, 'cells', name, `${image}.png`);
      await sharp(pixels, { raw: { ...size, channels: 3 } })
        .png()
        .toFile(file);
    }
  }
  return lab;
}

const finished = (daemon: TestDaemon) => daemon.logged(({ msg }) => msg === 'Evaluation finished');

function events(lab: Lab): string[] {
  return readAudit(join(lab.folder, 'state'), {}, (entries) => [...entries].map(({ event }) => event));
}

/** Processes whose parent is this one. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        return (
          / (\d+) /.exec(readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.slice(1) ?? '')?.[1] ===
          String(pid)
        );
      } catch {
        return false; // it has just ended
      }
    });
}

/**
 * The evaluating process has the lowest priority: on a computer that is busy with other tests, it takes its
 * time.
 */
const PATIENCE_MS = 180_000;

describe('A daemon with a planned evaluation', { timeout: PATIENCE_MS }, () => {
  it('makes up for a missed one, shows its figures, and shows them again after a restart', async () => {
    const lab = await labWithData(4, { gates: [{ figure: 'shareRight', min: 1 }] });
    const daemon = lab.run();
    const url = await daemon.ready();
    const line = await finished(daemon);
    expect(line).toMatchObject({ outcome: 'gate-failed' });
    expect(daemon.log.find(({ msg }) => msg === 'A gate was failed')).toMatchObject({
      level: 'error',
      limit: 1,
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const model = 'model="lenet5",version="1",engine="onnxruntime",set="cells"';
    expect(metrics).toContain(`smearwatch_evaluation_recall_ratio{${model}}`);
    expect(metrics).toContain('smearwatch_evaluation_runs_total{outcome="gate-failed"} 1');
    expect(metrics).toMatch(
      /smearwatch_evaluation_gate_passed\{set="cells",gate="lenet5@1 shareRight ≥ 1"\} 0/,
    );
    expect(metrics).toMatch(/smearwatch_evaluation_last_success_timestamp_seconds 1\d{9}/);
    const { evaluations } = await daemon.status();
    expect(evaluations.lastRun).toMatchObject({ outcome: 'gate-failed', madeUp: true });
    expect(Date.parse(evaluations.nextRunAt ?? '')).toBeGreaterThan(Date.now());
    const report = join(lab.folder, 'state/planned-evaluations', evaluations.lastRun?.id ?? '', 'cells');
    expect(
      metricsSchema.parse(JSON.parse(readFileSync(join(report, 'metrics.json'), 'utf8'))).data.images,
    ).toBe(12);
    expect(existsSync(join(report, 'report.html'))).toBe(true);
    await daemon.stop();
    expect(events(lab)).toEqual(
      expect.arrayContaining(['evaluation-started', 'gate-failed', 'evaluation-finished']),
    );
    const next = lab.run();
    const again = await (await fetch(`${await next.ready()}/metrics`)).text();
    await vi.waitFor(async () => {
      const text = await (await fetch(`${await next.ready()}/metrics`)).text();
      expect(text).toContain(`smearwatch_evaluation_recall_ratio{${model}}`);
    });
    expect(again).toContain('smearwatch_evaluation_runs_total{outcome="gate-failed"} 0');
  });

  it.runIf(process.platform === 'linux')(
    'evaluates at the lowest priority, stops with SIGTERM in the middle, and continues at the next start',
    async () => {
      const lab = await labWithData(150);
      const daemon = lab.run();
      await daemon.logged(({ msg }) => msg === 'Evaluation started');
      await vi.waitFor(
        async () =>
          expect((await daemon.status()).evaluations.progress).toMatchObject({ stage: 'classifying' }),
        { timeout: PATIENCE_MS, interval: 20 },
      );
      const [child] = childrenOf(daemon.pid);
      const nice = readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1]?.split(' ')[16];
      expect(nice).toBe('19');
      expect(await daemon.stop()).toBe(0);
      expect(existsSync(`/proc/${child}`)).toBe(false);
      const next = lab.run();
      expect(await next.logged(({ msg }) => msg === 'Evaluation started')).toMatchObject({ attempt: 2 });
      expect(await finished(next)).toMatchObject({ outcome: 'ok', sets: [{ set: 'cells', images: 450 }] });
      expect(events(lab).filter((event) => event.startsWith('evaluation'))).toEqual([
        'evaluation-started',
        'evaluation-started',
        'evaluation-finished',
      ]);
    },
  );

  it.runIf(process.platform === 'linux')(
    'leaves no evaluating process behind when it is killed, and continues at the next start',
    async () => {
      const lab = await labWithData(150);
      const daemon = lab.run();
      await daemon.logged(({ msg }) => msg === 'Evaluation started');
      await vi.waitFor(() => expect(childrenOf(daemon.pid)).toHaveLength(1), { timeout: PATIENCE_MS });
      const [child] = childrenOf(daemon.pid);
      daemon.signal('SIGKILL');
      await daemon.exit();
      await vi.waitFor(() => expect(existsSync(`/proc/${child}`)).toBe(false), { timeout: PATIENCE_MS });
      expect(await finished(lab.run())).toMatchObject({ outcome: 'ok' });
    },
  );

  it('promotes a candidate that is better, and serves it', async () => {
    const candidates = ['lenet5@2', 'lenet5@3', 'lenet5@4', 'lenet5@absent'];
    const promote = { enabled: true, figure: 'quadraticLoss', margin: 0 };
    const lab = await labWithData(6, {}, { candidates, promote });
    // The networks are untrained: which one is better is chance, but the same in every run.
    for (const seed of [2, 3, 4]) await addLeNet5(lab.registry, seed);
    const daemon = lab.run();
    const judged = await daemon.logged(({ msg }) => msg === 'Candidate promoted');
    const version = (judged?.['candidate'] as string).slice('lenet5@'.length);
    await daemon.logged(({ msg }) => msg === 'Models swapped');
    expect((await daemon.status()).models).toMatchObject([{ name: 'lenet5', version }]);
    const [promoted] = readAudit(join(lab.folder, 'state'), { event: 'model-promoted' }, (all) => [...all]);
    expect(promoted).toMatchObject({ actor: 'daemon' });
    expect(JSON.parse(promoted?.details ?? '')).toMatchObject({
      version: Number(version),
      previous: 1,
      reason: judged?.['reason'],
    });
  });
});
