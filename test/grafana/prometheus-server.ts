import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { parse, stringify } from 'yaml';

const FILES = fileURLToPath(new URL('../../grafana/prometheus/', import.meta.url));

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface RuleState {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly health: string;
  readonly state?: string;
  readonly lastError?: string;
}

/**
 * Debian's Prometheus with our files; only the address of the daemon and the intervals are others. Ends with
 * the test.
 */
export class PrometheusServer {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  static async start(folder: string, daemonUrl: string): Promise<PrometheusServer> {
    const port = await freePort();
    mkdirSync(folder);
    cpSync(join(FILES, 'smearwatch.rules.yaml'), join(folder, 'smearwatch.rules.yaml'));
    const file = join(folder, 'prometheus.yaml');
    writeFileSync(file, configFor(daemonUrl));
    const child = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    onTestFinished(() => end(child));
    const server = new PrometheusServer(`http://127.0.0.1:${port}`);
    await vi.waitFor(() => server.query('up{job="smearwatch"} == 1').then(mustHaveSome), PATIENCE);
    return server;
  }

  /** @throws what Prometheus says against the query */
  async query(expr: string): Promise<Sample[]> {
    const { result } = await this.#get<{ result: { metric: Sample['metric']; value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expr)}`,
    );
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async rules(): Promise<RuleState[]> {
    const { groups } = await this.#get<{ groups: { rules: RuleState[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1/${path}`);
    const body = (await response.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${body.error ?? ''}`);
    return body.data;
  }
}

const PATIENCE = { timeout: 30_000, interval: 200 };

function mustHaveSome(samples: readonly Sample[]): void {
  if (samples.length === 0) throw new Error('not yet');
}

interface PrometheusConfig {
  global: Record<string, string>;
  scrape_configs: { static_configs: { targets: string[] }[] }[];
}

function configFor(daemonUrl: string): string {
  const config = parse(readFileSync(join(FILES, 'prometheus.yaml'), 'utf8')) as PrometheusConfig;
  config.global = { ...config.global, scrape_interval: '1s', evaluation_interval: '1s' };
  for (const { static_configs: targets } of config.scrape_configs)
    for (const each of targets) each.targets = [new URL(daemonUrl).host];
  return stringify(config);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
