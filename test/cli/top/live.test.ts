import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { showLive, type LiveOptions } from '../../../src/cli/top/live.js';
import { Watcher } from '../../../src/cli/top/watcher.js';
import type { DaemonPlace } from '../../../src/cli/status/daemon-place.js';
import { STATUS } from './seen.js';

/** A daemon whose pages are these; it can go away and come back. */
class Pages {
  readonly status = { ...STATUS };
  classified = 0;
  #server: Server | undefined;
  #port = 0;

  static async open(): Promise<Pages> {
    const pages = new Pages();
    await pages.come();
    onTestFinished(() => pages.go());
    return pages;
  }

  async come(): Promise<void> {
    this.#server = createServer((request, response) => {
      const pages: Readonly<Record<string, string>> = {
        '/readyz': JSON.stringify({ ready: true, reasons: [] }),
        '/status': JSON.stringify(this.status),
        '/metrics': `smearwatch_images_total{scanner="left",outcome="classified"} ${this.classified}\n`,
      };
      response.end(pages[request.url ?? '']);
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  go(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  get place(): DaemonPlace {
    return { url: () => `http://127.0.0.1:${this.#port}`, name: 'lab.yaml', stateFolder: undefined };
  }
}

describe('The watcher', () => {
  it('says when the daemon goes away, keeps the last figures, and says when it is back', async () => {
    const pages = await Pages.open();
    const watcher = new Watcher(pages.place, 1000);
    expect(watcher.view).toMatchObject({ seen: undefined, away: undefined });
    await watcher.ask();
    expect(watcher.view.seen?.report.status.work.done).toBe(10_234);
    pages.go();
    await expect(watcher.ask()).rejects.toMatchObject({ code: 'daemon-unreachable' });
    const { seen, away, throughput } = watcher.view;
    expect(away?.reason).toContain('ECONNREFUSED');
    expect(seen?.report.status.work.done).toBe(10_234);
    expect(throughput.now).toBeUndefined();
    await expect(watcher.ask()).rejects.toThrow();
    expect(watcher.view.away?.since).toEqual(away?.since);
    await pages.come();
    await watcher.ask();
    expect(watcher.view.away).toBeUndefined();
  });

  it('computes rates from two answers, and none across a restart of the daemon', async () => {
    const pages = await Pages.open();
    const watcher = new Watcher(pages.place, 1000);
    await watcher.ask();
    pages.classified = 100;
    await watcher.ask();
    expect(watcher.view.throughput.now).toBeGreaterThan(0);
    expect(watcher.view.seen?.span.before?.classified).toBe(0);
    pages.status.startedAt = '2026-03-02T08:00:00.000Z';
    pages.classified = 5;
    await watcher.ask();
    expect(watcher.view.throughput.now).toBeUndefined();
    expect(watcher.view.seen?.span).toEqual({ before: undefined, seconds: STATUS.uptimeSeconds });
  });

  it('stops asking a daemon that hangs when its signal fires', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const watcher = new Watcher({ url: () => url, name: url, stateFolder: undefined }, 1000);
    const controller = new AbortController();
    const asking = watcher.ask(controller.signal);
    controller.abort();
    await expect(asking).rejects.toMatchObject({ code: 'daemon-unreachable' });
  });
});

/** A terminal of 80 × 24 that keeps what is written to it. */
class FakeTerminal {
  written = '';
  readonly rawModes: boolean[] = [];
  readonly stdin: LiveOptions['stdin'];
  readonly stdout: LiveOptions['stdout'];

  constructor() {
    const stdout = new PassThrough();
    stdout.on('data', (chunk: Buffer) => (this.written += chunk.toString()));
    this.stdout = Object.assign(stdout, { isTTY: true, columns: 80, rows: 24 }) as never;
    this.stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (isRaw: boolean) => this.rawModes.push(isRaw),
      ref: () => undefined,
      unref: () => undefined,
    }) as never;
  }

  type(key: string): void {
    (this.stdin as unknown as PassThrough).write(key);
  }
}

describe('The live screen', () => {
  it.each([
    ['q', 'q'],
    ['Ctrl-C', '\u0003'],
    ['SIGTERM', undefined],
  ])('gives the terminal back at %s', async (_name, key) => {
    const pages = await Pages.open();
    const terminal = new FakeTerminal();
    const { stdin, stdout } = terminal;
    const controller = new AbortController();
    const watcher = new Watcher(pages.place, 1000);
    const ended = showLive({
      stdin,
      stdout,
      watcher,
      url: 'lab.yaml',
      colours: false,
      // Longer than the test: the end does not wait for the next look.
      intervalMs: 600_000,
      signal: controller.signal,
    });
    await expect.poll(() => terminal.rawModes.at(-1)).toBe(true);
    await expect.poll(() => watcher.view.seen).toBeDefined();
    if (key === undefined) controller.abort();
    else terminal.type(key);
    await ended;
    expect(terminal.rawModes.at(-1)).toBe(false);
    expect(terminal.written.startsWith('\u001b[?1049h')).toBe(true);
    expect(terminal.written.split('\u001b[?1049l')).toHaveLength(2);
    // The cursor is not left hidden.
    expect(terminal.written.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(
      terminal.written.lastIndexOf('\u001b[?25l'),
    );
    expect(stdout.listenerCount('resize')).toBe(0);
  });
});
