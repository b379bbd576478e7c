import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../src/config/load.js';
import { EXIT, exitCodeOf, SmearwatchError } from '../../src/errors.js';
import { temporaryFolder } from '../fixtures/folders.js';

const MINIMAL = 'stateFolder: state\nscanners:\n  - name: left\n    folder: incoming\n';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function failure(text: string): SmearwatchError {
  try {
    parseConfig(text, '/etc/lab.yaml');
  } catch (error) {
    if (error instanceof SmearwatchError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('a valid file', () => {
  it('gets every default, and paths relative to its own folder', () => {
    const file = join(folder, 'lab.yaml');
    writeFileSync(
      file,
      `${MINIMAL}sinks:\n  - type: ndjson\n    file: ../all.ndjson\nmodels:\n  registry: m\n`,
    );
    const { config, ...identity } = loadConfig(file);
    expect(config.stateFolder).toBe(join(folder, 'state'));
    expect(config.scanners[0]?.folder).toBe(join(folder, 'incoming'));
    expect(config.sinks[0]).toEqual({ type: 'ndjson', name: 'ndjson', file: join(folder, '../all.ndjson') });
    expect(config.models.registry).toBe(join(folder, 'm'));
    expect(config.scanners[0]?.settle).toEqual({ quietMs: 1000, incompleteAfterMs: 60_000 });
    expect(config.models.use.map(({ model }) => model)).toEqual(['alexnet', 'lenet5']);
    expect(identity.file).toBe(file);
    expect(identity.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is frozen through and through', () => {
    const config = parseConfig(MINIMAL, '/etc/lab.yaml');
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.scanners[0]?.settle)).toBe(true);
  });

  it('may begin with a byte order mark, as Windows editors write it', () => {
    const file = join(folder, 'lab.yaml');
    writeFileSync(file, `\uFEFF${MINIMAL}`);
    expect(loadConfig(file).config.scanners[0]?.name).toBe('left');
  });
});

describe('a wrong file', () => {
  it('is an error with exit code 2, a code and a hint', () => {
    const error = failure('stateFolder: x');
    expect(error.code).toBe('configuration-invalid');
    expect(exitCodeOf(error)).toBe(EXIT.usage);
    expect(error.hint).toContain('docs/configuration.md');
  });

  it('reports every problem at once, in the order of the file, with line, column and option', () => {
    const { message } = failure(
      'stateFolder: 7\nscanners:\n  - name: a\n    folder: f\n    watch: natve\nhttp:\n  port: 70000\n',
    );
    expect(message.split('\n').slice(1)).toEqual([
      '  /etc/lab.yaml:1:14: stateFolder: is 7, must be text',
      '  /etc/lab.yaml:5:12: scanners[0].watch: is "natve", must be native or polling; did you mean "native"?',
      '  /etc/lab.yaml:7:9: http.port: is 70000, must be a whole number from 0 to 65535',
    ]);
  });

  it.each([
    ['scannerz: []', '5:1: scannerz: unknown option; did you mean "scanners"?'],
    ['http: {banana: 1}', '5:8: http.banana: unknown option; known here: enabled, host, port'],
    ['http: {prt: 1}', 'http.prt: unknown option; did you mean "port"?'],
    ['log:', '5:5: log: is empty, must be a section of options, or be left out'],
    ['review: {minConfidence: 2}', 'review.minConfidence: is 2, must be a number from 0 to 1'],
    [
      'sinks: [{type: jsn}]',
      'sinks[0].type: is "jsn", must be json, ndjson or webhook; did you mean "json"?',
    ],
    ['sinks: [{type: json}]', 'sinks[0].folder: is missing, it must be text'],
    ['sinks: [{type: json, folder: a, file: b}]', 'sinks[0].file: does not go with type: json'],
    ['sinks: [~]', 'sinks[0]: is empty, must be a section of options'],
    ['models: {use: []}', 'models.use: is an empty list, must be a list that is not empty'],
    [
      'models: {use: [{model: "Alex Net"}]}',
      'models.use[0].model: is "Alex Net", must be name, name@version',
    ],
    ['stateFolder: twice', '5:1: not valid YAML: Map keys must be unique'],
    ['__proto__: {a: 1}', '__proto__: unknown option'],
    ['pool: !!js/function x', 'not valid YAML: Unresolved tag'],
  ])('%s', (line, expected) => {
    expect(failure(`${MINIMAL}${line}`).message).toContain(expected);
  });

  it('has the same positions after a byte-order mark', () => {
    const file = join(folder, 'x.yaml');
    writeFileSync(file, '\ufeffpool: 3');
    expect(() => loadConfig(file)).toThrow(`${file}:1:7: pool: is 3`);
  });

  it('may be empty', () => {
    expect(failure('').message).toContain('scanners: is missing');
  });

  it('may be missing, a folder, too large or not text: the error says which', () => {
    expect(() => loadConfig(join(folder, 'none.yaml'))).toThrow(/none\.yaml does not exist/);
    expect(() => loadConfig(folder)).toThrow(/cannot be read: EISDIR/);
    const file = join(folder, 'x.yaml');
    writeFileSync(file, Buffer.from('\ufeffstateFolder: x', 'utf16le'));
    expect(() => loadConfig(file)).toThrow(/it is UTF-16 LE, not UTF-8/);
    writeFileSync(file, Buffer.from('stateFolder: x\nscanners: [{name: ä}]', 'latin1'));
    expect(() => loadConfig(file)).toThrow(/it is not UTF-8: line 2 has the byte 0xE4 \("ä"\)/);
    writeFileSync(file, '#'.repeat(1_100_000));
    expect(() => loadConfig(file)).toThrow(/larger than 1 MiB/);
  });
});

describe('checks across options', () => {
  const scanner = (name: string, path: string, more = ''): string =>
    `  - {name: ${name}, folder: ${path}${more}}\n`;
  const withScanners = (...scanners: string[]): string => `stateFolder: /s\nscanners:\n${scanners.join('')}`;

  it.each([
    [
      'two scanners of one name',
      withScanners(scanner('a', '/a'), scanner('a', '/b')),
      'scanners[1].name: another scanner',
    ],
    [
      'one folder twice',
      withScanners(scanner('a', '/a'), scanner('b', '/a/')),
      'is also the folder of scanners[0]',
    ],
    [
      'a folder in a folder',
      withScanners(scanner('a', '/a'), scanner('b', '/a/b')),
      'is inside that of scanners[0]',
    ],
    [
      'a folder around a folder',
      withScanners(scanner('a', '/a/b'), scanner('b', '/a')),
      'contains that of scanners[0]',
    ],
    [
      'state in a scanner folder',
      withScanners(scanner('a', '/')),
      'stateFolder: /s is inside the folder of scanners[0]',
    ],
    [
      'moved images in a scanner folder',
      withScanners(scanner('a', '/a', ', afterwards: {action: move, to: /a/done}')),
      'scanners[0].afterwards.to: /a/done is inside',
    ],
    [
      'results in a scanner folder',
      `${withScanners(scanner('a', '/a'))}sinks: [{type: json, folder: /a/results}]`,
      'sinks[0].folder: /a/results is inside',
    ],
    [
      'two sinks of one (default) name',
      `${withScanners(scanner('a', '/a'))}sinks: [{type: json, folder: /r}, {type: json, folder: /q}]`,
      'sinks[1].name: another sink has this name (sinks[0])',
    ],
    [
      'two sinks that write to one place',
      `${withScanners(scanner('a', '/a'))}sinks: [{type: ndjson, file: /r}, {type: ndjson, name: b, file: /r}]`,
      'sinks[1]: another sink writes to the same place (sinks[0])',
    ],
    [
      'one model twice',
      `${withScanners(scanner('a', '/a'))}models: {use: [{model: alexnet}, {model: alexnet, engine: onnxruntime}]}`,
      'models.use[1]: this model and engine are already in the list',
    ],
  ])('refuse %s', (_, text, expected) => {
    expect(failure(text).message).toContain(expected);
  });

  it('are reported together with the errors of single options', () => {
    const { message } = failure(`${withScanners(scanner('a', '/a'), scanner('a', '/a'))}pool: 3`);
    expect(message).toContain('The configuration has 3 problems');
  });

  it('allow sibling folders whose names begin with the same letters', () => {
    const text = withScanners(scanner('a', '/a'), scanner('b', '/a-b'), scanner('c', '/..c'));
    expect(parseConfig(text, '/etc/lab.yaml').scanners).toHaveLength(3);
  });

  it('allow one model in two engines', () => {
    const use = '{use: [{model: alexnet}, {model: alexnet, engine: tfjs-node}]}';
    expect(parseConfig(`${MINIMAL}models: ${use}`, '/x.yaml').models.use).toHaveLength(2);
  });
});

it('a file read twice has the same hash, and another one after a change', () => {
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, MINIMAL);
  const first = loadConfig(file).sha256;
  expect(loadConfig(file).sha256).toBe(first);
  writeFileSync(file, `${readFileSync(file, 'utf8')}# a comment\n`);
  expect(loadConfig(file).sha256).not.toBe(first);
});
