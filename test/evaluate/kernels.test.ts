import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { KernelChoice } from '../../src/engine.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { SHIPPED_REGISTRY } from '../../src/model/registry/in-use.js';
import type { ResultRecord } from '../../src/record.js';
import { use } from '../fixtures/registry.js';
import { Cells } from './cells.js';

/** The tolerance of docs/result-documents.md; a record's probabilities have six decimals. */
const TOLERANCE = 1e-5;

/** The records of an evaluation of the models that ship, by path. */
async function recordsWith(kernels: KernelChoice): Promise<Map<string, ResultRecord>> {
  const cells = await Cells.make(6);
  const config = cells.config();
  await cells.evaluate({
    config: {
      ...config,
      // Unpacked into the user's cache: AlexNet's 228 MB are not unpacked for every test.
      models: { use: use('alexnet@1', 'lenet5@1'), registry: SHIPPED_REGISTRY },
      pool: { ...config.pool, kernels },
      pipeline: { ...config.pipeline, decoder: kernels === 'off' ? 'libvips' : 'auto' },
    },
  });
  const ledger = Ledger.visit(join(cells.out, 'ledger'));
  try {
    return new Map([...ledger.browse.files('labelled')].map(({ path, record }) => [path, record!]));
  } finally {
    ledger.close();
  }
}

function computedBy({ models }: ResultRecord): string[] {
  return models.map(({ name, computation, precision }) => `${name} ${computation} ${precision}`);
}

it('the networks that ship give the same results with kernels and without; each record names which were used', async () => {
  const [on, off] = [await recordsWith('auto'), await recordsWith('off')];
  expect([...on.keys()].sort()).toEqual([...off.keys()].sort());
  expect(on.size).toBe(18);
  for (const [path, record] of on) {
    const other = off.get(path)!;
    expect(computedBy(record)).toEqual(['alexnet smearwatch-winograd fp32', 'lenet5 smearwatch-front fp32']);
    expect(computedBy(other)).toEqual(['alexnet onnxruntime fp32', 'lenet5 onnxruntime fp32']);
    expect(other.decision.class).toBe(record.decision.class);
    for (const [index, { probabilities }] of record.models.entries())
      for (const [name, probability] of Object.entries(probabilities))
        expect(Math.abs(probability - other.models[index]!.probabilities[name]!)).toBeLessThan(TOLERANCE);
  }
  const changed = [...on].filter(([path, { models }]) => {
    const [alexnet] = off.get(path)!.models;
    return JSON.stringify(alexnet?.probabilities) !== JSON.stringify(models[0]?.probabilities);
  });
  // Otherwise both may have been computed in the same way.
  expect(changed.length).toBeGreaterThan(0);
}, 120_000);
