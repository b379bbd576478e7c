import { describe, expect, it } from 'vitest';
import { changedOptions } from '../../src/config/changes.js';
import { parseConfig } from '../../src/config/load.js';

const SCANNERS = 'scanners: [{name: left, folder: /l}, {name: right, folder: /r}]';

function changes(before: string, after: string, scannersAfter = SCANNERS): ReturnType<typeof changedOptions> {
  const parse = (text: string, scanners: string): ReturnType<typeof parseConfig> =>
    parseConfig(`${scanners}\n${text}${text.includes('stateFolder') ? '' : '\nstateFolder: /s'}`, '/c.yaml');
  return changedOptions(parse(before, SCANNERS), parse(after, scannersAfter));
}

describe('what reloads', () => {
  it('nothing, when nothing changed', () => {
    expect(changes('', '# only a comment')).toEqual({ changed: [], needsRestart: [] });
  });

  it.each([
    ['models: {use: [{model: alexnet@2}]}', 'models.use'],
    ['models: {registry: /m}', 'models.registry'],
    ['review: {minConfidence: 0.5}', 'review.minConfidence'],
    ['pipeline: {batchSize: 8}', 'pipeline.batchSize'],
    ['pool: {workers: 3}', 'pool.workers'],
    ['log: {level: debug}', 'log.level'],
    ['sinks: [{type: json, folder: /out}]', 'sinks[json]'],
    ['shutdownTimeoutMs: 5', 'shutdownTimeoutMs'],
  ])('%s', (text, path) => {
    expect(changes('', text)).toEqual({ changed: [path], needsRestart: [] });
  });

  it('options of a scanner, which is known by its name', () => {
    const after = 'scanners: [{name: right, folder: /r}, {name: left, folder: /l, settle: {quietMs: 9}}]';
    const expected = { changed: ['scanners[left].settle.quietMs'], needsRestart: [] };
    expect(changes('', '', after)).toEqual(expected);
  });

  it('the order of scanners', () => {
    const after = 'scanners: [{name: right, folder: /r}, {name: left, folder: /l}]';
    expect(changes('', '', after)).toEqual({ changed: ['scanners'], needsRestart: [] });
  });
});

describe('what needs a restart', () => {
  it.each([
    ['stateFolder: /elsewhere', 'stateFolder'],
    ['http: {port: 1}', 'http.port'],
    ['http: {enabled: false}', 'http.enabled'],
  ])('%s', (text, path) => {
    expect(changes('', text)).toEqual({ changed: [path], needsRestart: [path] });
  });

  it.each([
    ['a folder', '{name: left, folder: /x}', 'scanners[left].folder'],
    ['the way of watching', '{name: left, folder: /l, watch: polling}', 'scanners[left].watch'],
  ])('%s of a scanner', (_, scanner, path) => {
    const after = `scanners: [${scanner}, {name: right, folder: /r}]`;
    expect(changes('', '', after).needsRestart).toEqual([path]);
  });

  it('a renamed scanner: one is gone, one is new', () => {
    const after = 'scanners: [{name: new, folder: /l}, {name: right, folder: /r}]';
    expect(changes('', '', after).needsRestart).toEqual(['scanners[left]', 'scanners[new]']);
  });
});
