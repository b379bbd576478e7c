import type { Config } from '../../config/schema.js';
import { messageOf, SmearwatchError } from '../../errors.js';
import { Registry } from '../../model/registry/registry.js';
import { modelCache, SHIPPED_REGISTRY } from '../../pool/model-specs.js';
import { fail, ok, type Check } from './check.js';

/** Are the models that the configuration names there, and are their files intact? */
export async function checkModels({ registry, use, cacheFolder }: Config['models']): Promise<Check[]> {
  const models = new Registry(registry ?? SHIPPED_REGISTRY, { cacheFolder: cacheFolder ?? modelCache() });
  const references = [...new Set(use.map(({ model }) => model))];
  return Promise.all(references.map((reference) => checkModel(models, reference)));
}

async function checkModel(models: Registry, reference: string): Promise<Check> {
  const title = `model ${reference}`;
  try {
    const { name, version, manifest } = await models.resolve(reference);
    const broken = (await models.verify(name, version)).find(({ state }) => state !== 'intact');
    if (broken) {
      return fail(title, `${broken.file} is ${broken.state}`, 'Restore this version, or use another one.');
    }
    return ok(title, `version ${version}, ${manifest.precision}, ${manifest.classes.length} classes, intact`);
  } catch (error) {
    const hint = error instanceof SmearwatchError ? error.hint : undefined;
    return fail(title, messageOf(error), hint ?? 'Correct models.use or models.registry.');
  }
}
