import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { NewEntry } from '../../../src/audit/audit.js';
import { ApiToken } from '../../../src/daemon/http/api-token.js';
import { MOST_LABELS } from '../../../src/daemon/http/labels-route.js';
import { startHttpServer } from '../../../src/daemon/http/server.js';
import { CELL_CLASSES } from '../../../src/images.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { LabelDesk } from '../../../src/quality/labels/label-desk.js';
import type { LabelRules } from '../../../src/quality/labels/label-request.js';
import { silent } from '../../../src/telemetry/silent.js';
import { temporaryFolder } from '../../fixtures/folders.js';

const TOKEN = 'correct-horse-battery-staple';
const SHA256 = 'ab'.repeat(32);
const LABEL = { sha256: SHA256, class: 'lymphocyte', by: 'A. Weber' };

let ledger: Ledger;
let url: string;
let recorded: NewEntry[];
let refusals: { status: number; reason: string; address: string }[];
let rules: LabelRules | undefined;
beforeEach(async () => {
  ledger = Ledger.own(temporaryFolder(), () => []);
  recorded = [];
  refusals = [];
  rules = { classes: CELL_CLASSES, scanners: ['left'] };
  url = await start(await tokenOf(TOKEN));
  onTestFinished(() => ledger.close());
});

async function tokenOf(content: string): Promise<ApiToken> {
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, content, { mode: 0o600 });
  const token = new ApiToken();
  await token.use(file);
  return token;
}

async function start(token: ApiToken, perMinute = 1000): Promise<string> {
  const desk = new LabelDesk({
    labels: ledger.labels,
    telemetry: silent('labelsGiven'),
    record: (entry) => recorded.push(entry),
    rules: () => rules,
  });
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    registry: new Registry(),
    source: { ready: () => ({ ready: true, reasons: [] }), status: () => ({}) as never },
    changes: {
      token,
      perMinute,
      telemetry: { changeRefused: (event) => void refusals.push(event) },
      giveLabels: (labels) => desk.give(labels, 'http'),
    },
  });
  onTestFinished(() => server.close());
  return server.url;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function post(body: unknown, headers: Record<string, string> = {}, at = url): Promise<Answer> {
  const response = await fetch(`${at}/labels`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
  const text = await response.text();
  expect(text).not.toContain(TOKEN);
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}

describe('POST /labels', () => {
  it('takes one label', async () => {
    const { status, body } = await post(LABEL);
    expect(status).toBe(200);
    expect(body).toEqual({ labels: [{ ...LABEL, outcome: 'set' }] });
    expect(ledger.labels.find(SHA256)).toMatchObject({ class: 'lymphocyte', by: 'A. Weber', source: 'http' });
  });

  it('takes a list, and says what was before and what waits', async () => {
    await post({ ...LABEL, class: 'normal-monocyte' });
    const file = { scanner: 'left', path: 'a/b.png', class: 'lymphocyte', by: 'LIS' };
    const { body } = await post([LABEL, file]);
    expect(body).toEqual({
      labels: [
        { ...LABEL, outcome: 'changed', previous: 'normal-monocyte' },
        { ...file, outcome: 'waiting' },
      ],
    });
    expect(recorded.map(({ event }) => event)).toEqual(['label-set', 'label-set', 'label-changed']);
    expect(recorded[1]?.details).toEqual({ source: 'http', labels: [{ ...file, outcome: 'waiting' }] });
  });

  it('refuses a list that gives one image two classes', async () => {
    const { status, body } = await post([LABEL, { ...LABEL, class: 'normal-monocyte' }]);
    expect([status, body['error']]).toEqual([422, 'label-contradiction']);
    expect(body['message']).toMatch(
      /^label 1 of 2 and label 2 of 2 label the same image as lymphocyte and as normal/,
    );
    expect(ledger.labels.find(SHA256)).toBeUndefined();
  });

  it('reads UTF-8, with a byte-order mark too, and nothing else', async () => {
    const text = JSON.stringify({ ...LABEL, by: 'Jörg Müller' });
    expect((await post(Buffer.from(text, 'latin1'))).body).toMatchObject({
      error: 'bad-request',
      message: expect.stringContaining('line 1 has the byte 0xF6 ("ö") of Windows-1252') as string,
    });
    expect((await post(Buffer.from(text, 'utf16le'))).status).toBe(400);
    expect((await post({ ...LABEL, by: 'J\uFFFDrg' })).status).toBe(400);
    expect((await post({ ...LABEL, by: 'A\u0000' })).status).toBe(400);
    expect(
      (await post({ sha256: undefined, scanner: 'left', path: 'a\u0007.png', class: 'lymphocyte', by: 'A' }))
        .status,
    ).toBe(400);
    expect(ledger.labels.find(SHA256)).toBeUndefined();
    expect((await post(Buffer.from(`\uFEFF${text}`))).status).toBe(200);
    expect(ledger.labels.find(SHA256)?.by).toBe('Jörg Müller');
  });

  it('refuses what would change the prototype', async () => {
    expect((await post('{"__proto__": {"by": "x"}, "class": "lymphocyte"}')).status).toBe(400);
  });

  it.each<[string, object, RegExp]>([
    ['an unknown class', { class: 'lymphocyt' }, /"lymphocyt" is not a class .*Did you mean lymphocyte\?/],
    ['an unknown scanner', { sha256: undefined, scanner: 'lft', path: 'a' }, /no scanner "lft".* left/],
    ['a path without its scanner', { sha256: undefined, path: 'a.png' }, /does not say which image/],
    ['both ways of naming the image', { scanner: 'left', path: 'a.png' }, /does not say which image/],
    ['a path that leaves the folder', { sha256: undefined, scanner: 'left', path: '../a' }, /not a path/],
    ['an absolute path', { sha256: undefined, scanner: 'left', path: '/etc/passwd' }, /not a path/],
  ])('with %s is 422 with the fix, and records none of the others', async (_, change, message) => {
    const { status, body } = await post([LABEL, { ...LABEL, ...change }]);
    expect(status).toBe(422);
    expect(body['message']).toMatch(message);
    expect(body['message']).toContain('label 2 of 2');
    expect(ledger.labels.find(SHA256)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['half a document', '{"sha256": "ab'],
    ['a number', 7],
    ['null', null],
    ['an empty list', []],
    ['a list of lists', [[LABEL]]],
    ['a field too much', { ...LABEL, admin: true }],
    ['a prototype', '{"__proto__": {"class": "lymphocyte"}, "by": "x"}'],
    ['a constructor', `{"constructor": {"prototype": {"x": 1}}, "class": "lymphocyte", "by": "x"}`],
    ['no class', { sha256: SHA256, by: 'x' }],
    ['nobody', { sha256: SHA256, class: 'lymphocyte' }],
    ['an empty name', { ...LABEL, by: '' }],
    ['a name with control characters', { ...LABEL, by: 'A\u001b[2JWeber' }],
    ['a name of two lines', { ...LABEL, by: 'A\nWeber' }],
    ['a long name', { ...LABEL, by: 'x'.repeat(101) }],
    ['a number for a name', { ...LABEL, by: 5 }],
    ['half a SHA-256', { ...LABEL, sha256: 'abcd' }],
    ['a pattern for a SHA-256', { ...LABEL, sha256: '*'.repeat(64) }],
    ['a long path', { scanner: 'left', path: 'x'.repeat(4097), class: 'lymphocyte', by: 'x' }],
    ['more than the bound', Array.from({ length: MOST_LABELS + 1 }, () => LABEL)],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('with %s is 400, and changes nothing', async (_, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: 'bad-request' });
    expect(ledger.labels.find(SHA256)).toBeUndefined();
  });

  it('takes as many as the bound', async () => {
    const many = Array.from({ length: MOST_LABELS }, (_, index) => ({
      ...LABEL,
      sha256: index.toString(16).padStart(64, '0'),
    }));
    expect((await post(many)).status).toBe(200);
  });

  it('with more bytes than 256 KiB is 413', async () => {
    const { status, body } = await post({ ...LABEL, by: 'x'.repeat(300_000) });
    expect([status, body['error']]).toEqual([413, 'too-large']);
  });

  it.each(['text/plain', 'application/xml', 'multipart/form-data'])('of %s is 415', async (type) => {
    expect((await post(LABEL, { 'content-type': type })).status).toBe(415);
  });

  it('before the models are loaded is 503', async () => {
    rules = undefined;
    const { status, body } = await post(LABEL);
    expect(status).toBe(503);
    expect(body).toMatchObject({ error: 'labels-not-ready' });
  });

  it('that fails inside is 500', async () => {
    ledger.close();
    const answer = await post(LABEL);
    expect(answer.status).toBe(500);
    ledger = Ledger.own(temporaryFolder(), () => []);
  });

  it.each(['GET', 'PUT', 'DELETE'])('is the only method: %s is 405', async (method) => {
    const response = await fetch(`${url}/labels`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('The token', () => {
  it.each<[string, string]>([
    ['no token', ''],
    ['a wrong one', 'Bearer wrong-horse-battery-staple'],
    ['a longer one', `Bearer ${TOKEN}x`],
    ['the first half', `Bearer ${TOKEN.slice(0, 14)}`],
    ['an empty one', 'Bearer '],
    ['another scheme', `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`],
  ])('%s is 401, before the body is looked at', async (_, authorization) => {
    const { status, headers, body } = await post('{"half', { authorization });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(body).toMatchObject({ error: 'unauthorized' });
    expect(refusals).toEqual([{ status: 401, reason: expect.any(String) as string, address: '127.0.0.1' }]);
  });

  it('is not configured: 403 with how to configure it, for every request', async () => {
    const at = await start(new ApiToken());
    const { status, body } = await post(LABEL, {}, at);
    expect(status).toBe(403);
    expect(body).toMatchObject({ error: 'changes-not-allowed' });
    expect(body['message']).toContain('http.tokenFile');
    expect((await post(LABEL, { authorization: 'Bearer ' }, at)).status).toBe(403);
    expect(ledger.labels.find(SHA256)).toBeUndefined();
  });

  it('cannot be tried often: 429 with the time to wait, also with the right one', async () => {
    const at = await start(await tokenOf(TOKEN), 3);
    for (let time = 0; time < 3; time += 1)
      expect((await post(LABEL, { authorization: `Bearer ${'x'.repeat(20)}` }, at)).status).toBe(401);
    const { status, headers, body } = await post(LABEL, {}, at);
    expect(status).toBe(429);
    expect(body).toMatchObject({ error: 'too-many-requests' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${at}/healthz`)).status).toBe(200);
    expect(refusals.at(-1)?.status).toBe(429);
  });
});

describe('Security headers', () => {
  it.each<[string, RequestInit]>([
    ['/healthz', {}],
    ['/metrics', {}],
    ['/nowhere', {}],
    ['/status', { method: 'DELETE' }],
    ['/labels', { method: 'POST' }],
    ['/labels', { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } }],
  ])('are on %s %o', async (path, init) => {
    const { headers } = await fetch(`${url}${path}`, init);
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});
