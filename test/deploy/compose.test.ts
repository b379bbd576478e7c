import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { folderOfSink } from '../../src/config/paths.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');

interface Bind {
  readonly type: 'bind';
  readonly source: string;
  readonly target: string;
}

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly image: string;
  readonly ports: readonly string[];
  readonly volumes: readonly (string | Bind)[];
  readonly depends_on?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Compose {
  readonly services: Readonly<Record<'smearwatch' | 'prometheus' | 'grafana', Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

function read(file: string): unknown {
  return parse(readFileSync(file, 'utf8'), { strict: true });
}

const compose = read(join(DEPLOY, 'compose.yaml')) as Compose;
const { smearwatch, grafana, prometheus } = compose.services;
const services = Object.entries(compose.services);

/** What each mount of a service has on the left, by what it has on the right. */
function mounts({ volumes }: Service): Map<string, string> {
  return new Map(
    volumes.map((volume) => {
      if (typeof volume !== 'string') return [volume.target, volume.source];
      const [source = '', target = ''] = volume.split(':');
      return [target, source];
    }),
  );
}

describe('deploy/compose.yaml', () => {
  it.each(services)('mounts into %s only what exists, or what a person names', (_name, service) => {
    for (const source of mounts(service).values()) {
      if (source.startsWith('.')) expect(resolve(DEPLOY, source)).toSatisfy(existsSync);
      else if (!source.startsWith('$')) expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it.each(services)('opens %s to this computer only, in a version of its own', (_name, { ports, image }) => {
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it.each(services)('lets %s wait for services that there are', (_name, { depends_on = [] }) => {
    for (const other of depends_on) expect(Object.keys(compose.services)).toContain(other);
  });

  it('has the version of the program', () => {
    const { version } = read(join(ROOT, 'package.json')) as { version: string };
    expect(smearwatch.image).toBe(`smearwatch:${version}`);
  });

  it('has no telemetry, no update checks and no downloads', () => {
    expect(smearwatch.environment).toEqual({ ORT_DISABLE_TELEMETRY: '1' });
    expect(grafana.environment).toMatchObject({
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
      GF_NEWS_NEWS_FEED_ENABLED: 'false',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
      GF_SECURITY_DISABLE_GRAVATAR: 'true',
    });
  });

  it('has a configuration that is right, in folders that are mounted', () => {
    const { config } = loadConfig(join(DEPLOY, 'smearwatch.yaml'));
    const inside = [...mounts(smearwatch).keys()];
    const folders = [
      config.stateFolder,
      ...config.scanners.map(({ folder }) => folder),
      ...config.sinks.flatMap((sink) => folderOfSink(sink) ?? []),
    ];
    for (const folder of folders) expect(inside).toContain(folder);
    expect(inside).toContain('/etc/smearwatch/smearwatch.yaml');
    expect(config.http).toMatchObject({ enabled: true, host: '0.0.0.0', port: 9464 });
  });

  it('has the Prometheus of grafana/, but for where the daemon is', () => {
    interface Prometheus {
      rule_files: string[];
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    }
    const own = read(join(DEPLOY, 'prometheus.yaml')) as Prometheus;
    const shipped = read(join(ROOT, 'grafana/prometheus/prometheus.yaml')) as Prometheus;
    shipped.scrape_configs[0]!.static_configs[0]!.targets = ['smearwatch:9464'];
    expect(own).toEqual(shipped);
    const inside = [...mounts(prometheus).keys()];
    for (const rules of own.rule_files) expect(inside).toContain(`/etc/prometheus/${rules}`);
  });

  it('gives Grafana the dashboards and the Prometheus that its provisioning asks for', () => {
    const provisioning = join(ROOT, 'grafana/provisioning');
    const { providers } = read(join(provisioning, 'dashboards/smearwatch.yaml')) as {
      providers: { options: { path: string } }[];
    };
    for (const { options } of providers) expect([...mounts(grafana).keys()]).toContain(options.path);
    const { datasources } = read(join(provisioning, 'datasources/smearwatch.yaml')) as {
      datasources: { url: string }[];
    };
    for (const { url } of datasources) {
      const variable = /^\$\{(\w+)\}$/.exec(url)?.[1] ?? '';
      expect(grafana.environment?.[variable]).toBe('http://prometheus:9090');
    }
  });
});

describe('deploy/Dockerfile', () => {
  const lines = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8').split('\n');

  it('copies what exists and is not ignored', () => {
    const ignore = readFileSync(join(DEPLOY, 'Dockerfile.dockerignore'), 'utf8').split('\n');
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const file of copied) {
      expect(join(ROOT, file)).toSatisfy(existsSync);
      expect(ignore).toContain(`!${file}`);
    }
  });

  it('runs as a user that is not root, without telemetry, and asks the daemon how it is', () => {
    expect(lines).toContain('USER node');
    expect(lines).toContain('ENV ORT_DISABLE_TELEMETRY=1');
    expect(lines.join('\n')).toMatch(/HEALTHCHECK .*CMD \["smearwatch", "status"\]/);
  });
});
