import { request } from 'node:http';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiToken } from '../../../src/daemon/http/api-token.js';
import { startHttpServer, type HttpOptions, type HttpServer } from '../../../src/daemon/http/server.js';
import type { DaemonStatus, Readiness, StatusSource } from '../../../src/daemon/http/status.js';
import { SmearwatchError } from '../../../src/errors.js';
import { MetricFactory } from '../../../src/telemetry/metrics.js';
import { createRegistry } from '../../../src/telemetry/prometheus.js';
import { silent } from '../../../src/telemetry/silent.js';

const STATUS: DaemonStatus = {
  version: '1.2.3',
  startedAt: '2026-01-01T00:00:00.000Z',
  uptimeSeconds: 5,
  configuration: { file: '/etc/smearwatch.yaml', sha256: 'ab' },
  models: [],
  decoding: { decoder: 'auto', images: {} },
  audit: { head: { sequence: 3, hash: 'f'.repeat(64) }, writable: true, waiting: 0 },
  evaluations: { nextRunAt: '2026-01-02T02:30:00.000Z', lastRun: undefined, progress: undefined },
  work: { queued: 1, running: 2, done: 3, quarantined: 4, oldestMs: 5 },
  workers: { configured: 2, alive: 2, busy: 1, stuck: 0 },
  outbox: { json: 7 },
  inFlight: 2,
  imagesPerSecond: 12.5,
  scanners: [{ name: 'left', folder: '/srv/left', unsettled: 1, rescannedAt: undefined, problem: undefined }],
};

function noChanges(): HttpOptions['changes'] {
  return { token: new ApiToken(), perMinute: 10, telemetry: silent('changeRefused'), giveLabels: () => [] };
}

async function start(source: Partial<StatusSource> = {}, registry = new Registry()): Promise<HttpServer> {
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    registry,
    source: { ready: () => ({ ready: true, reasons: [] }), status: () => STATUS, ...source },
    changes: noChanges(),
  });
  onTestFinished(() => server.close());
  return server;
}

describe('the pages', () => {
  it('/healthz says that the process is alive', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'alive' });
  });

  it.each<[Readiness, number]>([
    [{ ready: true, reasons: [] }, 200],
    [{ ready: false, reasons: ['no worker has loaded its models'] }, 503],
  ])('/readyz answers %o with %i', async (readiness, status) => {
    const { url } = await start({ ready: () => readiness });
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(readiness);
  });

  it('/status shows what the daemon does', async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/status`)).json()).toEqual(STATUS);
  });

  it("/metrics is in Prometheus' format, with build information and the event loop's delay", async () => {
    const registry = createRegistry({ version: '1.2.3' });
    const { url } = await start({}, registry);
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('smearwatch_build_info{version="1.2.3"');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('a value that cannot be read does not cost the scrape the others', async () => {
    const registry = new Registry();
    const metrics = new MetricFactory(registry);
    metrics.observed('broken', 'Fails.', () => {
      throw new Error('ledger locked');
    });
    metrics.gauge('well', 'Works.').set(1);
    const { url } = await start({}, registry);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('smearwatch_well 1');
    expect(text).not.toMatch(/^smearwatch_broken /m);
  });

  it('carry security headers', async () => {
    const { url } = await start();
    const { headers } = await fetch(`${url}/status`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('everything else', () => {
  it('is 404 as JSON, with a list of the pages', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/../etc/passwd`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'not-found' });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is 405, with any body', async (method) => {
    const { url } = await start();
    const body = method === 'OPTIONS' ? null : 'x'.repeat(100_000);
    const response = await fetch(`${url}/status`, { method, body });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await response.json()).toMatchObject({ error: 'method-not-allowed' });
  });

  it('that fails inside is 500 as JSON, without a stack', async () => {
    const { url } = await start({
      status: () => {
        throw new Error('the ledger is locked');
      },
    });
    const response = await fetch(`${url}/status`);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: 'failed', message: 'the ledger is locked' });
  });
});

describe('listening', () => {
  it('on a port in use fails with the way out', async () => {
    const { port } = await start();
    const again = startHttpServer({
      host: '127.0.0.1',
      port,
      registry: new Registry(),
      source: { ready: () => ({ ready: true, reasons: [] }), status: () => STATUS },
      changes: noChanges(),
    });
    const error: unknown = await again.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SmearwatchError);
    expect(error).toMatchObject({ code: 'http-unavailable' });
    expect((error as SmearwatchError).hint).toContain('http.port');
  });

  it('ends at close, though a client keeps its connection open', async () => {
    const server = await start();
    await new Promise<void>((resolve, reject) => {
      const client = request(
        `${server.url}/healthz`,
        { headers: { connection: 'keep-alive' } },
        (response) => {
          response.resume().on('end', resolve);
        },
      );
      client.on('error', reject).end();
    });
    await server.close();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });
});
