import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Check } from '../../src/cli/doctor/check.js';
import {
  checkClock,
  checkInotify,
  checkMemory,
  checkOpenFiles,
  checkPort,
} from '../../src/cli/doctor/computer.js';
import { checkFolders, countWatchedFolders } from '../../src/cli/doctor/folders.js';
import { checkModels } from '../../src/cli/doctor/models.js';
import { checkPatterns } from '../../src/cli/doctor/patterns.js';
import { checkSecrets } from '../../src/cli/doctor/secrets.js';
import { checkKernels, checkNode, loadApart } from '../../src/cli/doctor/software.js';
import { parseConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { SECRET, writeSecret } from '../fixtures/receiver.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { draftOf } from '../model/registry/model-draft.js';
import { cliFile, writeConfig } from '../fixtures/daemon.js';
import { smearwatch } from './capture.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function config(text: string): Config {
  return parseConfig(text, join(folder, 'lab.yaml'));
}

function find(checks: readonly Check[], name: string): Check | undefined {
  return checks.find((check) => check.name === name);
}

describe('software', () => {
  it.each([
    ['20.18.3', 'fail'],
    ['18.20.0', 'fail'],
    ['20.19.0', 'ok'],
    ['23.1.0', 'warn'],
    ['24.0.0', 'ok'],
  ])('Node %s: %s', (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });

  it('a module that cannot be loaded is reported with its error, one that can is not', async () => {
    expect(await loadApart('./no-such-module.js')).toMatch(/Error.*no-such-module/);
    expect(await loadApart('node:fs')).toBeUndefined();
  });

  it('says whether our kernels run, and whether they are on', () => {
    const { pool, pipeline } = config(
      '{stateFolder: s, scanners: [{name: a, folder: in}], pool: {kernels: off}}',
    );
    expect(checkKernels({ pool, pipeline })).toEqual({
      name: 'kernels',
      status: 'ok',
      detail: 'front, shrink, winograd run; pool.kernels is off, pipeline.decoder is auto',
    });
  });

  it.runIf(process.arch === 'x64')('warns of a processor that cannot run our kernels', async () => {
    // Its exit code says that something else is not there: a configuration, say.
    const stdout = await new Promise<string>((resolve) =>
      execFile(process.execPath, ['--no-enable-sse4-1', cliFile(), 'doctor', '--json'], (_error, out) =>
        resolve(out),
      ),
    );
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    expect(find(checks, 'kernels')).toMatchObject({ status: 'warn' });
    expect(find(checks, 'kernels')?.detail).toMatch(/front\.wasm: .*SIMD.*shrink\.wasm: .*winograd\.wasm: /);
  });
});

describe('the computer', () => {
  it.each([
    [1e12, 'ok'],
    [2.7e9, 'warn'],
    [1e9, 'fail'],
  ])('%d bytes of memory for 4 workers and 2 models: %s', (available, status) => {
    const check = checkMemory({ workers: 4, models: 2 }, available);
    expect(check.status).toBe(status);
    expect(check.detail).toContain('4 workers × 2 models × 227 MB');
  });

  it.each([
    [10, '8192', '128', 'ok'],
    [5000, '8192', '128', 'warn'],
    [9000, '8192', '128', 'fail'],
    [10, '8192', '4', 'warn'],
  ])('%d folders with %s watches and %s instances: %s', (folders, watches, instances, status) => {
    const read = (file: string): string => (file.endsWith('watches') ? watches : instances);
    expect(checkInotify(folders, read).status).toBe(status);
  });

  it('other systems have no inotify', () => {
    expect(checkInotify(1e6, () => undefined).status).toBe('ok');
  });

  it('few open files are worth a warning', () => {
    expect(
      checkOpenFiles('Max open files            256                  4096                 files').status,
    ).toBe('warn');
    expect(
      checkOpenFiles('Max open files            65536                65536                files').status,
    ).toBe('ok');
  });

  it('a clock before the installation is wrong', () => {
    expect(checkClock(0).status).toBe('fail');
    expect(checkClock().status).toBe('ok');
  });

  it('a port in use is worth a look', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    expect(await checkPort('127.0.0.1', port)).toMatchObject({ status: 'warn' });
    expect(await checkPort('127.0.0.1', 0)).toMatchObject({ status: 'ok' });
    expect(await checkPort('192.0.2.1', 0)).toMatchObject({ status: 'fail' });
  });
});

describe('folders', () => {
  const LEFT = 'stateFolder: state\nscanners: [{name: left, folder: left}]';

  it('that are there are well, and nothing is left in them', async () => {
    mkdirSync(join(folder, 'left'));
    mkdirSync(join(folder, 'state'));
    const checks = await checkFolders(config(LEFT));
    expect(checks.map(({ status }) => status)).not.toContain('fail');
    expect(readdirSync(join(folder, 'state'))).toEqual([]);
    expect(readdirSync(join(folder, 'left'))).toEqual([]);
  });

  it('of scanners must exist; those that are written are made later', async () => {
    const checks = await checkFolders(config(LEFT));
    expect(find(checks, 'scanner left')).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('mount') as string,
    });
    expect(find(checks, 'state')?.detail).toContain('will be created');
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  it('must be folders', async () => {
    writeFileSync(join(folder, 'left'), '');
    expect(find(await checkFolders(config(LEFT)), 'scanner left')?.detail).toContain('is not a folder');
  });

  it('that contain each other through a link are found', async () => {
    mkdirSync(join(folder, 'left', 'inner'), { recursive: true });
    symlinkSync(join(folder, 'left', 'inner'), join(folder, 'state'));
    expect(find(await checkFolders(config(LEFT)), 'overlap')).toMatchObject({ status: 'fail' });
  });

  it('are counted where they are watched natively', async () => {
    mkdirSync(join(folder, 'left', 'a', 'b'), { recursive: true });
    mkdirSync(join(folder, 'left', '@eaDir', 'a.png'), { recursive: true });
    mkdirSync(join(folder, 'right', 'c'), { recursive: true });
    const both = config(
      'stateFolder: state\nscanners: [{name: left, folder: left}, {name: right, folder: right, watch: polling}]',
    );
    expect(await countWatchedFolders(both)).toBe(3);
  });
});

describe('patterns', () => {
  const scanner = (options: string): Config =>
    config(`stateFolder: state\nscanners: [{name: left, folder: left, ${options}}]`);
  const files = (...names: string[]): void => {
    for (const name of names) {
      mkdirSync(dirname(join(folder, 'left', name)), { recursive: true });
      writeFileSync(join(folder, 'left', name), '');
    }
  };

  it('that match files that are there are well', async () => {
    files('a.png', 'day/b.tif', 'notes.txt');
    expect(await checkPatterns(scanner('patterns: ["*.png", "**/*.tif"]'))).toMatchObject([
      { name: 'patterns left', status: 'ok', detail: expect.stringContaining('2 of the 3 files') as string },
    ]);
  });

  it('that match none of the files that are there are named, each', async () => {
    files('a.png', 'day/b.tif');
    expect(await checkPatterns(scanner('patterns: ["*.png", "*.tif", "days/*.tif"]'))).toMatchObject([
      { status: 'warn', detail: expect.stringMatching(/^"\*\.tif" matches none of the 2 files/) as string },
      { status: 'warn', detail: expect.stringMatching(/^"days\/\*\.tif" matches none/) as string },
    ]);
  });

  it.each([
    ['exclude: [day]', 'day/a.png'],
    ['exclude: ["**/a*"]', 'day/a.png'],
    ['watch: polling', '@eaDir/a.png/thumb.png'],
  ])('that only excluded files match (%s) are reported', async (options, name) => {
    files(name, 'notes.txt');
    expect(await checkPatterns(scanner(options))).toMatchObject([
      { status: 'warn', detail: expect.stringContaining(`are excluded, for instance ${name}`) as string },
    ]);
  });

  it('are not judged by a folder that is empty, has unfinished files only, or is not there', async () => {
    expect(await checkPatterns(scanner('watch: polling'))).toEqual([]);
    files('a.png.part', '.hidden/x.txt');
    expect(await checkPatterns(scanner('watch: polling'))).toMatchObject([
      { status: 'ok', detail: expect.stringContaining('has no files yet') as string },
    ]);
  });
});

describe('secrets', () => {
  const WITH_BOTH = [
    'stateFolder: state',
    'scanners: [{name: left, folder: left}]',
    'http: {tokenFile: token}',
    'sinks:',
    '  - {type: webhook, url: "https://lis.example/a?key=in-the-address", secretFile: webhook.secret}',
  ].join('\n');
  const told = async (text: string) =>
    Object.fromEntries((await checkSecrets(config(text))).map((check) => [check.name, check]));

  it('that can be used are well, and are not shown', async () => {
    writeFileSync(join(folder, 'token'), 'correct-horse-battery-staple', { mode: 0o600 });
    writeSecret(folder);
    const checks = await told(WITH_BOTH);
    expect(checks).toMatchObject({
      'http token': { status: 'ok' },
      'sink webhook': {
        status: 'ok',
        detail: expect.stringContaining('nothing was sent to https://lis.example') as string,
      },
    });
    for (const secret of ['correct-horse', SECRET, 'in-the-address'])
      expect(JSON.stringify(checks)).not.toContain(secret);
  });

  it('that are missing, short or readable by all users fail, with a fix', async () => {
    writeFileSync(join(folder, 'token'), 'correct-horse-battery-staple');
    chmodSync(join(folder, 'token'), 0o644);
    writeSecret(folder, 'c2hvcnQ=');
    expect(await told(WITH_BOTH)).toMatchObject({
      'http token': { status: 'fail', fix: expect.stringContaining('chmod o-rwx') as string },
      'sink webhook': { status: 'fail', fix: expect.stringContaining('openssl rand -base64 32') as string },
    });
    rmSync(join(folder, 'webhook.secret'));
    expect((await told(WITH_BOTH))['sink webhook']?.detail).toContain('ENOENT');
  });

  it('that no option uses are not asked for', async () => {
    const text = 'stateFolder: state\nscanners: [{name: left, folder: left}]\n';
    expect(await told(text)).toEqual({});
    expect(await told(`${text}http: {enabled: false, tokenFile: none}`)).toEqual({});
  });

  it('do not help where results go through the network unencrypted: a warning', async () => {
    writeSecret(folder);
    const options =
      'type: webhook, url: "http://lis.example/", secretFile: webhook.secret, allowInsecure: true';
    const text = `stateFolder: state\nscanners: [{name: left, folder: left}]\nsinks: [{${options}}]`;
    expect(await told(text)).toMatchObject({ 'sink webhook': { status: 'warn' } });
  });
});

describe('models', () => {
  async function registryOf(...classes: string[][]): Promise<string> {
    const models = emptyRegistry(folder);
    for (const [index, names] of classes.entries())
      await addLeNet5(models, 1, { name: `net-${index}`, classes: names });
    const layers = { layers: Buffer.from('{}'), weights: Buffer.from('four') };
    await models.add({ ...draftOf(layers), name: 'keras', architecture: { name: 'imported', options: {} } });
    return models.folder;
  }
  const checked = async (registry: string, use: object[]) =>
    checkModels(
      config(
        JSON.stringify({
          stateFolder: 'state',
          scanners: [{ name: 'left', folder: 'left' }],
          models: { registry, use, cacheFolder: join(folder, 'cache') },
        }),
      ).models,
    );

  it('that their engines serve are well', async () => {
    const registry = await registryOf(['a', 'b']);
    const checks = await checked(registry, [{ model: 'net-0' }, { model: 'net-0', engine: 'tfjs-node' }]);
    expect(find(checks, 'engines')).toMatchObject({
      status: 'ok',
      detail: 'net-0@1 by onnxruntime, net-0@1 by tfjs-node; all of the same classes',
    });
  });

  it('of a format that their engine does not serve fail', async () => {
    const checks = await checked(await registryOf(), [{ model: 'keras' }]);
    expect(find(checks, 'model keras')).toMatchObject({ status: 'ok' });
    expect(find(checks, 'engines')).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('engine: tfjs-node') as string,
    });
  });

  it('of different classes fail', async () => {
    const registry = await registryOf(['a', 'b'], ['a', 'c']);
    const checks = await checked(registry, [{ model: 'net-0' }, { model: 'net-1' }]);
    expect(find(checks, 'engines')).toMatchObject({ status: 'fail' });
  });

  it('that do not exist are reported once', async () => {
    const checks = await checked(await registryOf(), [{ model: 'none' }]);
    expect(checks.map(({ status }) => status)).toEqual(['fail']);
  });
});

describe('the command', () => {
  it('exits 0 and says so when all is well', async () => {
    const models = emptyRegistry(folder);
    await addLeNet5(models, 1);
    mkdirSync(join(folder, 'left'));
    const file = writeConfig(folder, {
      scanners: [{ name: 'left', folder: 'left' }],
      models: { registry: models.folder, use: [{ model: 'lenet5' }] },
    });
    const { out, exitCode } = await smearwatch('doctor', '--config', file);
    expect(out).toContain('model lenet5');
    expect(out).not.toContain('fail ');
    expect(exitCode).toBe(0);
  });

  it('exits 1 with the fix when something fails, as JSON with --json', async () => {
    const file = writeConfig(folder, {
      scanners: [{ name: 'left', folder: 'left' }],
      models: { registry: 'none', use: [{ model: 'lenet5' }] },
    });
    const { out, exitCode } = await smearwatch('doctor', '--config', file, '--json');
    const report = JSON.parse(out) as { ok: boolean; checks: Check[] };
    expect(report.ok).toBe(false);
    expect(find(report.checks, 'model lenet5')).toMatchObject({ status: 'fail' });
    expect(exitCode).toBe(1);
  });
});
