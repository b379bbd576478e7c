import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { evaluate } from '../../src/evaluate/evaluate.js';
import type { Metrics } from '../../src/evaluate/metrics.js';
import type { EvaluationOptions, EvaluationPlan, EvaluationResult } from '../../src/evaluate/plan.js';
import { CELL_CLASSES } from '../../src/images.js';
import type { Registry } from '../../src/model/registry/registry.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { smearPng } from '../fixtures/images.js';
import { addLeNet5, emptyRegistry, use } from '../fixtures/registry.js';
import { WORKER_FILE } from '../fixtures/worker-file.js';

/**
 * A labelled folder of small smears, a registry with an untrained LeNet-5, and evaluations of the network on
 * the folder.
 */
export class Cells {
  readonly root = temporaryFolder();
  readonly folder = join(this.root, 'cells');
  readonly out = join(this.root, 'out');

  private constructor(readonly registry: Registry) {}

  /** `perClass` images in each of the three classes; the n-th has the seed n, counted through all classes. */
  static async make(perClass: number): Promise<Cells> {
    const cells = new Cells(emptyRegistry());
    await addLeNet5(cells.registry, 1);
    let seed = 0;
    for (const name of CELL_CLASSES) {
      for (let index = 0; index < perClass; index++) await cells.add(`${name}/${index}.png`, seed++);
    }
    return cells;
  }

  async add(file: string, seed: number): Promise<void> {
    this.put(file, await smearPng(seed));
  }

  put(file: string, content: Buffer | string): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /** A manifest with these rows after `file,class,source,group`. */
  manifest(...rows: string[]): void {
    this.put('manifest.csv', ['file,class,source,group', ...rows, ''].join('\n'));
  }

  sha256(file: string): string {
    return createHash('sha256')
      .update(readFileSync(join(this.folder, file)))
      .digest('hex');
  }

  /** Writes a split with these parts into `file`. */
  split(parts: Partial<Record<'train' | 'validation' | 'test', readonly string[]>>): string {
    const part = (files: readonly string[] = []) =>
      files.map((file) => ({ file, sha256: this.sha256(file) }));
    const file = join(this.root, 'split.json');
    const { train, validation, test } = parts;
    const named = { train: part(train), validation: part(validation), test: part(test) };
    const options = { version: 1, by: 'image', testShare: 0.3, validationShare: 0, seed: 1 };
    writeFileSync(file, JSON.stringify({ ...options, ...named }));
    return file;
  }

  plan(changes: Partial<EvaluationPlan> = {}, models: readonly string[] = ['lenet5']): EvaluationPlan {
    return {
      dataDir: this.folder,
      outDir: this.out,
      config: this.config({ use: use(...models) }),
      command: 'smearwatch evaluate',
      ...changes,
    };
  }

  config(models: Partial<Config['models']> = {}, gates: Config['evaluation']['gates'] = []): Config {
    const config = parseConfig('{stateFolder: /nowhere, scanners: [{name: x, folder: /none}]}', '/x');
    return {
      ...config,
      models: {
        use: use('lenet5'),
        registry: this.registry.folder,
        cacheFolder: join(this.root, 'cache'),
        ...models,
      },
      pool: { ...config.pool, workers: 1 },
      evaluation: { ...config.evaluation, gates },
    };
  }

  evaluate(
    changes: Partial<EvaluationPlan> = {},
    options: Partial<EvaluationOptions> = {},
  ): Promise<EvaluationResult> {
    const signal = new AbortController().signal;
    return evaluate(this.plan(changes), { workerFile: WORKER_FILE, signal, ...options });
  }
}

/** `file why` for every file that is in no figure. */
export function leftOutOf({ data }: Metrics): string[] {
  return data.leftOut.map(({ file, why }) => `${file} ${why}`);
}
