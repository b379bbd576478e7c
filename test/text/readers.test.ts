import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../src/bench/report/read-report.js';
import { loadConfig } from '../../src/config/load.js';
import { WebhookSecrets } from '../../src/deliver/webhook/webhook-secrets.js';
import { makeReference, readReference } from '../../src/quality/drift/reference.js';
import { readRows } from '../../src/generate/manifest.js';
import { ApiToken } from '../../src/daemon/http/api-token.js';
import { readSplitFile } from '../../src/dataset/split-file.js';
import { readModelJson } from '../../src/model/import/layers-model/read-model-json.js';
import type { Registry } from '../../src/model/registry/registry.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { sampleReport } from '../bench/sample-report.js';

interface Reader {
  /** Text that is accepted; the registry's is what is there already. */
  readonly text: string;
  readonly read: (file: string) => unknown;
  /** The file's name, for readers to which it matters. */
  readonly name?: string;
  readonly isSecret?: boolean;
}

const json = JSON.stringify;
const split = {
  version: 1,
  by: 'image',
  testShare: 0.3,
  validationShare: 0,
  seed: 1,
  train: [],
  validation: [],
  test: [],
};

/** Everything that reads text which a person writes or edits. */
const READERS: Record<string, Reader> = {
  configuration: {
    text: 'stateFolder: s\nscanners: [{ name: a, folder: in }]\n',
    read: (file) => loadConfig(file),
  },
  'drift reference': { text: json(makeReference([])), read: readReference },
  'split file': { text: json(split), read: readSplitFile },
  'bench report': { text: json(sampleReport()), read: readReport },
  'manifest of generated smears': {
    text: 'file,class,source,group\nx/1.png,x,synthetic,1\n',
    read: readRows,
  },
  'model.json': {
    text: json({ modelTopology: {}, weightsManifest: [{ paths: ['w.bin'], weights: [] }] }),
    read: (file) => readModelJson(readFileSync(file)),
  },
  token: { text: 'correct-horse-battery-staple', read: (file) => new ApiToken().use(file), isSecret: true },
  'secret of a webhook': {
    text: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    read: (file) => new WebhookSecrets().read([file]),
    isSecret: true,
  },
};

function fileOf(bytes: string | Buffer): string {
  const file = join(temporaryFolder(), 'text');
  writeFileSync(file, bytes, { mode: 0o600 });
  return file;
}

async function refusalOf({ read }: Reader, bytes: Buffer): Promise<string> {
  try {
    await read(fileOf(bytes));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was accepted');
}

describe.each(Object.entries(READERS))('The reader of a %s', (_, reader) => {
  it('takes UTF-8, with a byte-order mark or without', async () => {
    await reader.read(fileOf(reader.text));
    await reader.read(fileOf(`\uFEFF${reader.text}`));
  });

  it('names another encoding', async () => {
    expect(await refusalOf(reader, Buffer.from(`\uFEFF${reader.text}`, 'utf16le'))).toContain('UTF-16 LE');
    expect(await refusalOf(reader, Buffer.from(reader.text, 'utf16le').swap16())).toContain('UTF-16 BE');
    const latin1 = await refusalOf(reader, Buffer.from(`${reader.text}ö`, 'latin1'));
    expect(latin1).toContain('Windows-1252 or Latin-1');
    expect(latin1.includes('"ö"')).toBe(reader.isSecret !== true);
  });

  it('refuses control characters', async () => {
    const message = await refusalOf(reader, Buffer.from(`${reader.text}\0`));
    expect(message).toContain(
      reader.isSecret === true ? 'is not plain UTF-8 text' : 'control character U+0000',
    );
  });
});

it('A registry takes manifests and labels with a byte-order mark, and names another encoding', async () => {
  const registry: Registry = emptyRegistry(temporaryFolder());
  await addLeNet5(registry, 1);
  await registry.promote('lenet5', 1);
  for (const file of ['1/manifest.json', 'labels.json'].map((name) =>
    join(registry.folder, 'lenet5', name),
  )) {
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `\uFEFF${text}`);
    expect((await registry.resolve('lenet5')).version).toBe(1);
    writeFileSync(file, Buffer.from(text, 'utf16le'));
    await expect(registry.resolve('lenet5')).rejects.toThrow('it is UTF-16 LE, not UTF-8 text');
    writeFileSync(file, text);
  }
});
