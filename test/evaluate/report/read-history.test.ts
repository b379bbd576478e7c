import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHistory, readHistory } from '../../../src/evaluate/report/read-history.js';

const HEADER = 'iteration,epoch,learningRate,loss,accuracy,quadraticLoss';

describe('a training history', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'history-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is read by the names of its columns', async () => {
    await writeFile(join(folder, 'history.csv'), `${HEADER}\n1,1,0.01,1.1,0.25,0.67\n2,1,0.01,1.0,0.5,0.6\n`);
    expect(await readHistory(folder)).toEqual([
      { iteration: 1, accuracy: 0.25, quadraticLoss: 0.67 },
      { iteration: 2, accuracy: 0.5, quadraticLoss: 0.6 },
    ]);
  });

  it('is undefined without a file, or with a folder instead', async () => {
    expect(await readHistory(join(folder, 'nowhere'))).toBeUndefined();
    await mkdir(join(folder, 'strange', 'history.csv'), { recursive: true });
    expect(await readHistory(join(folder, 'strange'))).toBeUndefined();
  });

  it.each([
    ['without iterations', `${HEADER}\n`],
    ['without one of the columns', 'iteration,accuracy\n1,0.5\n'],
    ['with a cell that is not a number', `${HEADER}\n1,1,0.01,1.1,high,0.6\n`],
    ['with an empty cell', `${HEADER}\n1,1,0.01,1.1,,0.6\n`],
    ['cut short', `${HEADER}\n1,1,0.01,1.1,0.5,0.6\n2,1,0.0`],
    ['of other text', '\u0000\u0001"'],
  ])('is undefined %s', (_, text) => {
    expect(parseHistory(text)).toBeUndefined();
  });
});
