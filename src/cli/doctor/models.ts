import type { Config } from '../../config/schema.js';
import { hintOf, messageOf } from '../../errors.js';
import { findModels, openRegistry } from '../../model/registry/in-use.js';
import type { Registry } from '../../model/registry/registry.js';
import { fail, ok, type Check } from './check.js';

/**
 * Are the models that the configuration names there, are their files intact, and can they serve together in
 * their engines?
 */
export async function checkModels(models: Config['models']): Promise<Check[]> {
  const registry = openRegistry(models);
  const references = [...new Set(models.use.map(({ model }) => model))];
  const checks = await Promise.all(references.map((reference) => checkModel(registry, reference)));
  return checks.some(({ status }) => status === 'fail') ? checks : [...checks, await checkTogether(models)];
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
    return refused(title, error, 'Correct models.use or models.registry.');
  }
}

async function checkTogether(models: Config['models']): Promise<Check> {
  const title = 'engines';
  try {
    const found = await findModels(models);
    const served = found.map(({ identity: { name, version, engine } }) => `${name}@${version} by ${engine}`);
    return ok(title, `${served.join(', ')}; all of the same classes`);
  } catch (error) {
    return refused(title, error, 'Correct models.use.');
  }
}

function refused(title: string, error: unknown, otherwise: string): Check {
  return fail(title, messageOf(error), hintOf(error) ?? otherwise);
}
