import { appendFileSync, openSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bmpOf } from '../decode/bmp.js';
import { directoryFirstTiff } from '../fixtures/directory-first-tiff.js';
import { SMEAR_SIZE, smearPng } from '../fixtures/images.js';
import { ended, Lab } from './lab.js';

describe('A running daemon', () => {
  it('classifies what arrived while it was down, and nothing twice after a restart', async () => {
    const lab = await Lab.open();
    await lab.scan('a.png', 1);
    await lab.scan('slide 1/b.png', 2);
    const first = lab.run();
    await ended(first, 2);
    expect(await first.stop()).toBe(0);
    await lab.scan('c.png', 3);
    const second = lab.run();
    await ended(second, 3);
    expect([...lab.documents().keys()].sort()).toEqual(['a.png.json', 'c.png.json', 'slide 1/b.png.json']);
    expect(await lab.withLedger((ledger) => ledger.browse.results({ limit: 10 }).length)).toBe(3);
  });

  it('records everything that makes a result traceable', async () => {
    const lab = await Lab.open({}, { labels: 'folder' });
    await lab.scan('lymphocyte/a.png', 1);
    await ended(lab.run(), 1);
    const record = lab.documents().get('lymphocyte/a.png.json');
    expect(record).toMatchObject({
      recordVersion: 1,
      image: { scanner: 'left', path: 'lymphocyte/a.png', format: 'png', width: 96, height: 108 },
      models: [{ name: 'lenet5', version: '1', engine: 'onnxruntime', precision: 'fp32' }],
      label: 'lymphocyte',
      software: { name: 'smearwatch' },
    });
    expect(record?.image.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record?.models[0]?.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    const sum = Object.values(record?.models[0]?.probabilities ?? {}).reduce(
      (total, value) => total + value,
      0,
    );
    expect(sum).toBeCloseTo(1, 4);
    expect(record?.decision.class).toBe(record?.models[0]?.class);
    expect(Object.keys(record?.times ?? {})).toEqual([
      'queued',
      'read',
      'decode',
      'batch',
      'pool',
      'inference',
    ]);
  });

  it.each(['native', 'polling'])('sees images arrive in new subfolders, %s', async (watch) => {
    const lab = await Lab.open({}, { watch, pollIntervalMs: 100 });
    const daemon = lab.run();
    await daemon.ready();
    await lab.scan('new/deeper/a.png', 1);
    await lab.scan('b.png', 2);
    await ended(daemon, 2);
  });

  it('waits for an image that is still being written', async () => {
    const lab = await Lab.open();
    const daemon = lab.run();
    await daemon.ready();
    const bytes = await smearPng(1);
    const descriptor = openSync(lab.path('slow.png'), 'w');
    writeSync(descriptor, bytes.subarray(0, 2000));
    // Another image that arrives later is finished first: the slow one has been seen by then, and waits.
    await lab.scan('whole.png', 2);
    await ended(daemon, 1);
    writeSync(descriptor, bytes.subarray(2000));
    closeSync(descriptor);
    await ended(daemon, 2);
    expect([...lab.documents().keys()].sort()).toEqual(['slow.png.json', 'whole.png.json']);
  });

  it('classifies an overwritten file again, and replaces its document', async () => {
    const lab = await Lab.open();
    await lab.scan('a.png', 1);
    const daemon = lab.run();
    await ended(daemon, 1);
    const before = lab.documents().get('a.png.json')?.image.sha256;
    writeFileSync(lab.path('a.png'), await smearPng(2));
    await expect
      .poll(() => lab.documents().get('a.png.json')?.image.sha256, { timeout: 15_000 })
      .not.toBe(before);
    expect(await lab.withLedger((ledger) => ledger.browse.results({ limit: 10 }).length)).toBe(2);
  });

  it('classifies the same bytes under two names once, and says so', async () => {
    const lab = await Lab.open();
    const daemon = lab.run();
    await lab.scan('a.png', 1);
    await ended(daemon, 1);
    await lab.scan('copy/a again.png', 1);
    await ended(daemon, 2);
    expect(await lab.withLedger((ledger) => ledger.browse.results({ limit: 10 }).length)).toBe(1);
    expect(lab.documents().get('copy/a again.png.json')?.image).toMatchObject({
      path: 'copy/a again.png',
      duplicateOf: { scanner: 'left', path: 'a.png' },
    });
  });

  it('quarantines files that cannot be classified, with the reason, and classifies the rest', async () => {
    const lab = await Lab.open({}, { settle: { quietMs: 50, incompleteAfterMs: 100 } });
    const whole = await smearPng(1);
    lab.put('truncated.png', whole.subarray(0, 3000));
    lab.put('empty.png', '');
    lab.put('text.png', 'this is not an image');
    lab.put('small.png', await sharp(whole).resize(40, 40).png().toBuffer());
    await lab.scan('good.png', 1);
    const daemon = lab.run('--once');
    expect(await daemon.exit()).toBe(3);
    const quarantined = await lab.withLedger((ledger) => ledger.browse.quarantined({ limit: 10 }));
    expect(Object.fromEntries(quarantined.map(({ path, code }) => [path, code]))).toEqual({
      'truncated.png': 'image-truncated',
      'empty.png': 'image-empty',
      'text.png': 'image-format-unsupported',
      'small.png': 'unexpected-size',
    });
    expect(quarantined.find(({ path }) => path === 'small.png')?.reason).toContain('40×40');
    expect([...lab.documents().keys()]).toEqual(['good.png.json']);
  });

  it('classifies a picture with a black margin after incompleteAfterMs, and sends it to review', async () => {
    const lab = await Lab.open(
      { review: { minConfidence: 0 } },
      { settle: { quietMs: 50, incompleteAfterMs: 100 } },
    );
    const { width, height } = SMEAR_SIZE;
    const light = new Uint8Array(width * height * 3).fill(200);
    const margin = light.map((value, at) => (at > light.length / 2 ? 0 : value));
    lab.put('light.bmp', bmpOf(light, width, height, { bits: 24, isTopDown: true }));
    lab.put('margin.bmp', bmpOf(margin, width, height, { bits: 24, isTopDown: true }));
    lab.put('margin.tif', directoryFirstTiff(margin, SMEAR_SIZE));
    lab.put('zeros.png', Buffer.alloc(5000));
    expect(await lab.run('--once').exit()).toBe(3);
    const reasons = [...lab.documents()].map(([name, { decision }]) => [name, decision.reviewReasons]);
    expect(Object.fromEntries(reasons)).toEqual({
      'light.bmp.json': ['one-colour'],
      'margin.bmp.json': ['trailing-zeros'],
      'margin.tif.json': ['trailing-zeros'],
    });
    const quarantined = await lab.withLedger((ledger) => ledger.browse.quarantined({ limit: 10 }));
    expect(quarantined).toMatchObject([{ path: 'zeros.png', code: 'image-format-unsupported' }]);
  });

  it('sends pictures in which there is nothing to review, and says so in records, metrics and lists', async () => {
    const lab = await Lab.open({ review: { minConfidence: 0 } });
    const filled = (value: number): Uint8Array =>
      new Uint8Array(SMEAR_SIZE.width * SMEAR_SIZE.height * 3).fill(value);
    const pngOf = (value: number): Promise<Buffer> =>
      sharp(filled(value), { raw: { ...SMEAR_SIZE, channels: 3 } })
        .png()
        .toBuffer();
    lab.put('black.png', await pngOf(3));
    lab.put('white.png', await pngOf(254));
    lab.put('grey.png', await pngOf(128));
    await lab.scan('good.png', 1);
    const daemon = lab.run();
    await ended(daemon, 4);
    const reasons = [...lab.documents()].map(([name, { decision }]) => [name, decision.reviewReasons]);
    expect(Object.fromEntries(reasons)).toEqual({
      'black.png.json': ['nearly-black'],
      'white.png.json': ['nearly-white'],
      'grey.png.json': ['one-colour'],
      'good.png.json': [],
    });
    const metrics = await (await fetch(`${await daemon.ready()}/metrics`)).text();
    for (const reason of ['nearly-black', 'nearly-white', 'one-colour'])
      expect(metrics).toContain(`smearwatch_review_reasons_total{scanner="left",reason="${reason}"} 1`);
    const inReview = await lab.withLedger((ledger) => ledger.browse.results({ review: true, limit: 10 }));
    expect(inReview.map(({ record }) => record.image.path).sort()).toEqual([
      'black.png',
      'grey.png',
      'white.png',
    ]);
  });

  it('classifies a file again after it was repaired', async () => {
    const lab = await Lab.open({}, { settle: { quietMs: 50, incompleteAfterMs: 100 } });
    const whole = await smearPng(1);
    lab.put('a.png', whole.subarray(0, 3000));
    const daemon = lab.run();
    await ended(daemon, 1);
    expect((await daemon.status()).work.quarantined).toBe(1);
    appendFileSync(lab.path('a.png'), whole.subarray(3000));
    await expect.poll(async () => (await daemon.status()).work.done, { timeout: 15_000 }).toBe(1);
  });
});
