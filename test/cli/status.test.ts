import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeHttpAddress, writeHttpAddress } from '../../src/daemon/http-address.js';
import { ApiToken } from '../../src/daemon/http/api-token.js';
import { startHttpServer } from '../../src/daemon/http/server.js';
import type { DaemonStatus, Readiness } from '../../src/daemon/http/status.js';
import { silent } from '../../src/telemetry/silent.js';
import { writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { smearwatch } from './capture.js';

const STATUS: DaemonStatus = {
  version: '1.2.3',
  startedAt: '2026-01-01T00:00:00.000Z',
  uptimeSeconds: 7500,
  configuration: { file: '/etc/smearwatch.yaml', sha256: 'ab' },
  models: [
    {
      name: 'alexnet',
      version: '2',
      weightsSha256: 'f'.repeat(64),
      engine: 'onnxruntime',
      precision: 'int8',
      computations: [{ computation: 'smearwatch-front', engineVersion: '1.30.0', workers: 2 }],
    },
  ],
  decoding: { decoder: 'auto', images: { libvips: 2, 'smearwatch-jpeg': 30 } },
  audit: { head: undefined, writable: true, waiting: 0 },
  evaluations: { nextRunAt: undefined, lastRun: undefined, progress: undefined },
  work: { queued: 1, running: 2, done: 3, quarantined: 4, oldestMs: 65_000 },
  workers: { configured: 2, alive: 2, busy: 1, stuck: 0 },
  outbox: { json: 7, ndjson: 0 },
  inFlight: 2,
  imagesPerSecond: 12.54,
  scanners: [{ name: 'left', folder: '/srv/left', unsettled: 1, rescannedAt: undefined, problem: undefined }],
};

/** The pages of a daemon; returns its port. */
async function daemon(
  readiness: Readiness = { ready: true, reasons: [] },
  status: Partial<DaemonStatus> = {},
): Promise<number> {
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    registry: new Registry(),
    source: { ready: () => readiness, status: () => ({ ...STATUS, ...status }) },
    changes: {
      token: new ApiToken(),
      perMinute: 10,
      telemetry: silent('changeRefused'),
      giveLabels: () => [],
    },
  });
  onTestFinished(() => server.close());
  return server.port;
}

/** Another program; returns its address. */
async function stranger(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Finds a port that no process listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await promisify(server.close.bind(server))();
  return port;
}

/** A configuration with these options of `http`. */
function configured(http: object): { config: string; state: string } {
  const folder = temporaryFolder();
  const scanners = [{ name: 'left', folder: 'in' }];
  return { config: writeConfig(folder, { scanners, http, stateFolder: '.' }), state: folder };
}

describe('status', () => {
  it('of a daemon that is ready says what it does, and exits 0', async () => {
    const url = `http://127.0.0.1:${await daemon()}`;
    const { out, err, exitCode } = await smearwatch('status', '--url', url);
    expect(err).toBe('');
    expect(out.split('\n')).toEqual([
      `Ready: smearwatch 1.2.3 at ${url}, up 2 h 5 min`,
      'Throughput    12.5 images/s over the last minute',
      'Work          1 queued, 2 running, 3 done, 4 quarantined',
      'Oldest        1 min 5 s',
      'Workers       2 of 2, 1 busy; 2 images in flight',
      'Models        alexnet@2 (smearwatch-front, int8)',
      'Decoded       smearwatch-jpeg 30, libvips 2',
      'Sinks         json 7 waiting',
      'Scanner left  /srv/left, files being written: 1',
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  it('says which workers compute a model otherwise, and why', async () => {
    const fallback = { reason: 'kernel-unavailable', message: 'no memory' } as const;
    const computations = [
      { computation: 'smearwatch-winograd', engineVersion: '1.30.0', workers: 3 },
      { computation: 'onnxruntime', engineVersion: '1.30.0', workers: 1, fallback },
    ] as const;
    const models = STATUS.models.map((model) => ({ ...model, computations }));
    const { out } = await smearwatch(
      'status',
      '--url',
      `http://127.0.0.1:${await daemon(undefined, { models })}`,
    );
    expect(out).toContain('alexnet@2 (smearwatch-winograd and onnxruntime: kernel-unavailable, int8)\n');
  });

  it('of a daemon that is not ready says why, and exits 1', async () => {
    const port = await daemon({ ready: false, reasons: ['1 of 2 workers missing', 'paused: \u001b[2J'] });
    const { out, exitCode } = await smearwatch('status', '--url', `http://127.0.0.1:${port}/`);
    expect(out.split('\n').slice(0, 3)).toEqual([
      `Not ready: smearwatch 1.2.3 at http://127.0.0.1:${port}, up 2 h 5 min`,
      '  1 of 2 workers missing',
      '  paused: �[2J',
    ]);
    expect(exitCode).toBe(1);
  });

  it('says of each scanner whose images are not taken in why', async () => {
    const scanners = STATUS.scanners.map((scanner) => ({
      ...scanner,
      problem: 'The folder is \u001b[2J gone',
    }));
    const port = await daemon({ ready: false, reasons: ['stopping'] }, { scanners });
    const { out } = await smearwatch('status', '--url', `http://127.0.0.1:${port}`);
    expect(out).toContain('Scanner left  /srv/left, NOT TAKEN IN: The folder is �[2J gone');
  });

  it('as JSON has both pages, whole', async () => {
    const url = `http://127.0.0.1:${await daemon({ ready: false, reasons: ['stopping'] })}`;
    const { out, exitCode } = await smearwatch('status', '--url', url, '--json');
    const status = JSON.parse(JSON.stringify(STATUS)) as unknown;
    expect(JSON.parse(out)).toEqual({ url, ready: false, reasons: ['stopping'], status });
    expect(exitCode).toBe(1);
  });
});

describe('status finds the daemon', () => {
  it.each(['127.0.0.1', '0.0.0.0', 'localhost'])('by its configuration, with http.host %s', async (host) => {
    const { config } = configured({ host, port: await daemon() });
    const { out, exitCode } = await smearwatch('status', '--config', config);
    expect(out).toMatch(/^Ready: /);
    expect(exitCode).toBe(0);
  });

  it('whose port is a free one by what it wrote into its state folder', async () => {
    const { config, state } = configured({ port: 0 });
    writeHttpAddress(state, { host: '0.0.0.0', port: await daemon() });
    expect((await smearwatch('status', '--config', config)).exitCode).toBe(0);
    removeHttpAddress(state);
    const { err, exitCode } = await smearwatch('status', '--config', config);
    expect(err).toContain(`No daemon is running with ${config}`);
    expect(err).toContain(join(state, 'http.json'));
    expect(exitCode).toBe(1);
  });
});

describe('status does not take for a daemon', () => {
  it('an unused port, and exits 1', async () => {
    const port = await freePort();
    const { config } = configured({ port });
    const { err, exitCode } = await smearwatch('status', '--config', config);
    expect(err).toContain(`No daemon answers at http://127.0.0.1:${port} (ECONNREFUSED)`);
    expect(err).toContain('hint: Is it running');
    expect(exitCode).toBe(1);
  });

  it.each<[string, RequestListener]>([
    ['a web page', (_request, response) => response.end('<html>')],
    ['other JSON', (_request, response) => response.end('{"ready":"yes"}')],
    ['a redirection', (_request, response) => response.writeHead(302, { location: '/' }).end()],
    ['an error', (_request, response) => response.writeHead(500).end('{}')],
  ])('%s, and exits 1', async (_what, answer) => {
    const url = await stranger(answer);
    const { out, err, exitCode } = await smearwatch('status', '--url', url, '--json');
    expect(out).toBe('');
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'daemon-unknown' } });
    expect(exitCode).toBe(1);
  });
});

describe('status refuses with 2', () => {
  it.each([
    [['--url', 'localhost:9464'], 'is no web address'],
    [['--url', 'file:///etc/passwd'], 'is no web address'],
    [['--url', 'http://me:secret@localhost'], 'cannot have a user'],
    [['--url', 'http://localhost', '--config', 'x.yaml'], 'exclude each other'],
    [['--config', 'none.yaml'], 'does not exist'],
    [['--rul', 'x'], 'Did you mean --url?'],
  ])('%o', async (options, sentence) => {
    const { err, exitCode } = await smearwatch('status', ...options);
    expect(err).toContain(sentence);
    expect(err).not.toContain('secret');
    expect(exitCode).toBe(2);
  });

  it('a configuration without HTTP', async () => {
    const { config } = configured({ enabled: false });
    const { err, exitCode } = await smearwatch('status', '--config', config);
    expect(err).toContain('http.enabled is false');
    expect(exitCode).toBe(2);
  });
});
