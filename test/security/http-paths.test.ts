import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ApiToken } from '../../src/daemon/http/api-token.js';
import { startHttpServer } from '../../src/daemon/http/server.js';
import type { StatusSource } from '../../src/daemon/http/status.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { LabelDesk } from '../../src/quality/labels/label-desk.js';
import { silent } from '../../src/telemetry/silent.js';
import { temporaryFolder } from '../fixtures/folders.js';

const TOKEN = 'correct-horse-battery-staple';
const SECRET = 'what must not be readable over HTTP';

let folder: string;
let port: number;
beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'secret.txt'), SECRET);
  writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 });
  const ledger = Ledger.own(join(folder, 'state'), () => []);
  const desk = new LabelDesk({
    labels: ledger.labels,
    telemetry: silent('labelsGiven'),
    record: () => undefined,
    rules: () => ({ classes: ['lymphocyte'], scanners: ['left'] }),
  });
  const token = new ApiToken();
  await token.use(join(folder, 'token'));
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    registry: new Registry(),
    source: {
      ready: () => ({ ready: true, reasons: [] }),
      status: () => ({}) as ReturnType<StatusSource['status']>,
    },
    changes: {
      token,
      perMinute: 1000,
      telemetry: silent('changeRefused'),
      giveLabels: (labels) => desk.give(labels, 'http'),
    },
  });
  port = server.port;
  onTestFinished(async () => {
    await server.close();
    ledger.close();
  });
});

/** Sends a request whose path is unchanged: `fetch` would normalize it. */
function ask(path: string, method = 'GET', body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

describe('No path of a request reaches the file system:', () => {
  it.each([
    '/../secret.txt',
    '/../../../../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/..%5c..%5cetc%5cpasswd',
    '/%252e%252e%252fetc%252fpasswd',
    '//etc/passwd',
    '/status/../../secret.txt',
    '/metrics/%00/../secret.txt',
    '/metrics?file=../secret.txt',
    '/status?path=/etc/passwd',
    '/state/ledger.sqlite',
    '/token',
    '/results/left/a.png.json',
    '/%c0%ae%c0%ae/etc/passwd',
    '/file:///etc/passwd',
  ])('%s', async (path) => {
    const { status, text } = await ask(path);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('root:');
    // A query is not part of a page's name: the answer is the usual page. Every other path does not exist.
    expect(path.includes('?') ? [200] : [400, 404]).toContain(status);
  });
});

describe('A label for a path outside the scanner’s folder is refused, and makes no file:', () => {
  it.each([
    '../secret.txt',
    'a/../../secret.txt',
    '..',
    '/etc/passwd',
    './a.png',
    'a//b.png',
    'a/',
    'a/./b.png',
    'x/..',
  ])('%j', async (path) => {
    const before = readdirSync(folder, { recursive: true });
    const label = { scanner: 'left', path, class: 'lymphocyte', by: 'x' };
    const { status, text } = await ask('/labels', 'POST', JSON.stringify(label));
    expect(status).toBe(422);
    expect(text).toContain('label-path-invalid');
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  it.each(['a\u0000.png', '../secret.txt\u0000.png', 'a\n.png'])(
    '%j, which is not one line of text, as a body of another form',
    async (path) => {
      const before = readdirSync(folder, { recursive: true });
      const label = { scanner: 'left', path, class: 'lymphocyte', by: 'x' };
      const { status, text } = await ask('/labels', 'POST', JSON.stringify(label));
      expect(status).toBe(400);
      expect(text).toContain('body/0/path');
      expect(readdirSync(folder, { recursive: true })).toEqual(before);
    },
  );
});
