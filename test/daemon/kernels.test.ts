import { spawn, type ChildProcess } from 'node:child_process';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { drawSmear } from '../../src/generate/smear.js';
import type { ResultRecord } from '../../src/record.js';
import { cliFile, TestDaemon, type LogLine } from '../fixtures/daemon.js';
import { withComment } from '../fixtures/jpeg-comment.js';
import { addLeNet5 } from '../fixtures/registry.js';
import { smallWideNetwork } from '../model/onnx/small-networks.js';
import { ended, Lab } from './lab.js';

/** A daemon as on a processor without SSE 4.1: V8 then runs no WebAssembly with SIMD. */
class OldProcessorDaemon extends TestDaemon {
  protected override spawn(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, ['--no-enable-sse4-1', cliFile(), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

function smear(index: number, format: 'png' | 'jpeg', options: object = {}): Promise<Buffer> {
  const { pixels, width, height } = drawSmear({ seed: 3, index, width: 320, height: 360 });
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .toFormat(format, options)
    .toBuffer();
}

const WIDE = { models: { registry: 'models', use: [{ model: 'wide' }] } };

/**
 * A lab whose model has convolutions that a kernel speeds up, and whose scanner accepts images of any size.
 */
async function openLab(config: object = {}): Promise<Lab> {
  const lab = await Lab.open();
  await addLeNet5(lab.registry, 1, { name: 'wide', network: smallWideNetwork });
  lab.configure({ ...WIDE, ...config }, { expectedSize: { otherwise: 'accept' } });
  return lab;
}

function recordOf(lab: Lab, name: string): ResultRecord {
  const record = lab.documents().get(`${name}.json`);
  if (!record) throw new Error(`${name} has no result`);
  return record;
}

function differenceOf(one: ResultRecord, other: ResultRecord): number {
  const [a = {}, b = {}] = [one, other].map(({ models: [first] }) => first?.probabilities);
  return Math.max(...Object.keys(a).map((name) => Math.abs((a[name] ?? 0) - (b[name] ?? 9))));
}

const fallbacksIn = (log: readonly LogLine[]): unknown[] =>
  log
    .filter(({ level, reason }) => level === 'warn' && typeof reason === 'string')
    .map(({ reason }) => reason);

describe('A daemon', () => {
  it('records what decoded and computed each image, and shows what is in use', async () => {
    const lab = await openLab();
    lab.put('a.jpg', await smear(1, 'jpeg'));
    lab.put('b.png', await smear(2, 'png'));
    lab.put('c.jpg', await smear(3, 'jpeg', { progressive: true }));
    lab.put('d.jpg', await smear(4, 'jpeg', { progressive: true }));
    const daemon = lab.run();
    await ended(daemon, 4);
    const decoders = ['a.jpg', 'b.png', 'c.jpg'].map((name) => recordOf(lab, name).image.decoder);
    expect(decoders).toEqual(['smearwatch-jpeg', 'smearwatch-png', 'libvips']);
    const computed = {
      computation: 'smearwatch-winograd',
      engineVersion: expect.stringMatching(/^\d+\.\d+/) as string,
    };
    expect(recordOf(lab, 'a.jpg').models[0]).toMatchObject(computed);
    const { models } = await daemon.status();
    expect(models).toMatchObject([{ name: 'wide', computations: [{ ...computed, workers: 1 }] }]);
    const metrics = await (await fetch(`${await daemon.ready()}/metrics`)).text();
    expect(metrics).toMatch(
      /smearwatch_computation_info\{model="wide",.*computation="smearwatch-winograd",.*\} 1\n/,
    );
    expect(metrics).toContain('smearwatch_decoded_images_total{decoder="smearwatch-jpeg"} 1\n');
    expect(metrics).toContain('smearwatch_decoded_images_total{decoder="libvips"} 2\n');
    expect(metrics).toContain('smearwatch_decoder_fallbacks_total{reason="image-not-ordinary"} 2\n');
    const told = daemon.log.filter(({ reason }) => reason === 'image-not-ordinary');
    expect(told).toMatchObject([{ level: 'info', scanner: 'left' }]);
    expect(fallbacksIn(daemon.log)).toEqual([]);
  });

  it('applies pool.kernels and pipeline.decoder while it runs; both ways agree', async () => {
    const lab = await openLab();
    lab.put('a.jpg', await smear(1, 'jpeg'));
    lab.put('b.png', await smear(1, 'png'));
    const daemon = lab.run();
    await ended(daemon, 2);
    const before = [recordOf(lab, 'a.jpg'), recordOf(lab, 'b.png')];
    const off = { pool: { workers: 1, kernels: 'off' }, pipeline: { decoder: 'libvips' } };
    lab.configure({ ...WIDE, ...off }, { expectedSize: { otherwise: 'accept' } });
    const reloaded = await daemon.logged(({ msg }) => msg === 'Configuration reloaded');
    expect(reloaded?.['changed']).toEqual(['pipeline.decoder', 'pool.kernels']);
    // The same pictures in files of other bytes: a picture that has a result is not classified again.
    lab.put('c.jpg', withComment(await smear(1, 'jpeg'), 'again'));
    lab.put('d.png', await smear(1, 'png', { compressionLevel: 1 }));
    await ended(daemon, 4);
    const after = [recordOf(lab, 'c.jpg'), recordOf(lab, 'd.png')];
    for (const record of after) {
      expect(record.image.decoder).toBe('libvips');
      expect(record.models[0]).toMatchObject({ name: 'wide', computation: 'onnxruntime' });
    }
    // The pixels of a PNG are the same with both decoders, so this is the difference of the computations.
    expect(differenceOf(before[1]!, after[1]!)).toBeLessThan(1e-5);
    expect(differenceOf(before[0]!, after[0]!)).toBeLessThan(0.05);
    expect((await daemon.status()).models).toMatchObject([
      { computations: [{ computation: 'onnxruntime' }] },
    ]);
    expect(fallbacksIn(daemon.log)).toEqual([]);
  });

  it.runIf(process.arch === 'x64')(
    'classifies without kernels where the processor cannot run them, says so once for each cause and counts it',
    async () => {
      const lab = await openLab({ pool: { workers: 2 } });
      for (let index = 0; index < 3; index += 1) lab.put(`${index}.png`, await smear(index, 'png'));
      const daemon = new OldProcessorDaemon(lab.configFile);
      onTestFinished(async () => {
        daemon.signal('SIGKILL');
        await daemon.exit();
      });
      await ended(daemon, 3);
      const record = recordOf(lab, '0.png');
      expect(record.image.decoder).toBe('libvips');
      expect(record.models[0]).toMatchObject({ computation: 'onnxruntime' });
      const unavailable = daemon.log.filter(({ reason }) => reason === 'kernel-unavailable');
      expect(unavailable.map(({ level, msg }) => [level, msg])).toEqual([
        ['warn', 'A kernel does not compute the model; ONNX Runtime does, more slowly'],
        ['warn', expect.stringContaining('libvips decoded an image')],
      ]);
      expect(unavailable[0]?.['cause']).toContain('SIMD');
      const metrics = await (await fetch(`${await daemon.ready()}/metrics`)).text();
      expect(metrics).toMatch(/kernel_fallbacks_total\{model="wide",.*reason="kernel-unavailable"\} 2\n/);
      expect(metrics).toContain('smearwatch_decoder_fallbacks_total{reason="kernel-unavailable"} 3\n');
      const { models } = await daemon.status();
      expect(models[0]?.computations).toMatchObject([
        { computation: 'onnxruntime', workers: 2, fallback: { reason: 'kernel-unavailable' } },
      ]);
      // An image that libvips enlarges for good reason is always enlarged by it.
      await lab.scan('small.png', 1);
      await ended(daemon, 4);
      const quarantined = await lab.withLedger((ledger) => ledger.browse.quarantined({ limit: 10 }));
      expect(quarantined).toMatchObject([{ path: 'small.png', code: 'resize-unavailable' }]);
    },
  );
});
