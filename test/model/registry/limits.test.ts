import { expect, it } from 'vitest';
import type { Registry } from '../../../src/model/registry/registry.js';
import { draftOf, emptyRegistry } from './model-draft.js';

const failures = ['it is 1.20 times as fast, and 1.5 times are required'];

async function addVersion(registry: Registry, limits?: unknown): Promise<void> {
  await registry.add({ ...draftOf(), evaluation: limits === undefined ? {} : { limits } });
}

it('a version that missed its limits is not promoted, unless that is forced', async () => {
  const registry = await emptyRegistry();
  await addVersion(registry, { passed: false, forced: false, failures });
  await expect(registry.promote('lenet5', 1)).rejects.toMatchObject({
    code: 'model-limits-missed',
    message: expect.stringContaining('1.20 times') as string,
  });
  expect(await registry.labelled('lenet5', 'production')).toBeUndefined();
  await registry.promote('lenet5', 1, 'production', true);
  expect((await registry.resolve('lenet5')).version).toBe(1);
});

it('a bare name skips versions that missed their limits', async () => {
  const registry = await emptyRegistry();
  await addVersion(registry);
  await addVersion(registry, { passed: true, forced: false, failures: [] });
  await addVersion(registry, { passed: false, forced: false, failures });
  expect((await registry.resolve('lenet5')).version).toBe(2);
  expect((await registry.resolve('lenet5@3')).version).toBe(3);
  await addVersion(registry, { passed: false, forced: true, failures });
  expect((await registry.resolve('lenet5')).version).toBe(4);
});

it('a name whose only version missed its limits resolves to no version', async () => {
  const registry = await emptyRegistry();
  await addVersion(registry, { passed: false, failures });
  await expect(registry.resolve('lenet5')).rejects.toMatchObject({ code: 'model-unknown' });
});
