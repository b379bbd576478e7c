import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alerts } from '../../grafana/source/alerts.js';
import { dashboards } from '../../grafana/source/dashboards.js';
import { generatedGrafanaFiles } from '../../grafana/source/generated-files.js';
import { recordingRules } from '../../grafana/source/recording-rules.js';
import { hasProgram, promtool } from './promtool.js';
import { alertQueries, panelQueries, recordingQueries, unknownNames, variableQueries } from './queries.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

it.each(Object.entries(generatedGrafanaFiles()))('%s is up to date', (path, content) => {
  expect(read(path), 'out of date: run `npm run generate`').toBe(content);
});

describe('Every query', () => {
  it.each([...panelQueries, ...variableQueries, ...recordingQueries, ...alertQueries])(
    'of $where asks for what there is',
    ({ expr }) => {
      expect(unknownNames(expr)).toEqual([]);
    },
  );

  it('would be found out if it asked for a metric that was renamed', () => {
    expect(unknownNames('rate(smearwatch_pictures_total{scanner="smearwatch_x"}[5m])')).toEqual([
      'smearwatch_pictures_total',
    ]);
    expect(unknownNames('scanner:smearwatch_gone:rate5m > 0')).toEqual(['scanner:smearwatch_gone:rate5m']);
    expect(unknownNames('smearwatch_stage_duration_seconds')).toEqual(['smearwatch_stage_duration_seconds']);
  });
});

interface RulesTest {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

describe.each(alerts)('Alert $name', ({ name, description, summary, expr, threshold }) => {
  it('is tested for firing and for not firing', () => {
    const { tests } = parse(read('grafana/prometheus/smearwatch.rules.test.yaml')) as RulesTest;
    const own = tests.flatMap((each) => each.alert_rule_test).filter(({ alertname }) => alertname === name);
    expect(own.some(({ exp_alerts: expected }) => expected.length > 0)).toBe(true);
    expect(own.some(({ exp_alerts: expected }) => expected.length === 0)).toBe(true);
  });

  it('compares with the threshold that panels show', () => {
    const rules = recordingRules.filter(({ record }) => expr.includes(record));
    const compared = [expr, ...rules.map((rule) => rule.expr)].join(' ');
    if (threshold) expect(compared).toMatch(new RegExp(`[<>+,(] ?\\(?${threshold.value}\\b`));
  });

  it('says what is the matter, and has a runbook that says what to look at and what to do', () => {
    expect(summary).not.toBe('');
    expect(description).toMatch(/[.]$/);
    const runbook = read(`docs/runbooks/${name}.md`);
    expect(runbook).toMatch(new RegExp(`^# ${name}\n\n[^\n]+`));
    expect(runbook).toMatch(/## Look at\n\n1\. .+/);
    expect(runbook).toMatch(/## Do\n\n- .+/);
  });
});

it('there is no runbook without an alert', () => {
  const pages = readdirSync(new URL('docs/runbooks/', root)).map((page) => page.replace('.md', ''));
  expect(pages.sort()).toEqual(alerts.map(({ name }) => name).sort());
});

it('every panel leads to a page that exists, is described, and names its alert', () => {
  for (const { id, rows } of dashboards)
    for (const panel of rows.flatMap(({ panels }) => panels)) {
      const where = `${id}: ${panel.title}`;
      const page = panel.next ?? `runbooks/${panel.alert ?? ''}.md`;
      expect(existsSync(new URL(`docs/${page}`, root)), `${where} leads to docs/${page}`).toBe(true);
      expect(panel.description, where).toMatch(/[.]$/);
      expect(panel.unit, where).not.toBe('');
    }
});

it('uids and titles of dashboards are what bookmarks have', () => {
  const shown = Object.entries(generatedGrafanaFiles())
    .filter(([path]) => path.endsWith('.json'))
    .map(([, content]) => JSON.parse(content) as { uid: string; title: string });
  expect(shown.map(({ uid }) => uid)).toEqual([
    'smearwatch-overview',
    'smearwatch-throughput-and-latency',
    'smearwatch-models-and-accuracy',
    'smearwatch-evaluations-and-drift',
    'smearwatch-internals',
  ]);
});

it('provisioning names the data source and the dashboards', () => {
  expect(parse(read('grafana/provisioning/datasources/smearwatch.yaml'))).toMatchObject({
    apiVersion: 1,
    datasources: [{ type: 'prometheus', access: 'proxy', isDefault: true }],
  });
  expect(parse(read('grafana/provisioning/dashboards/smearwatch.yaml'))).toMatchObject({
    apiVersion: 1,
    providers: [{ type: 'file', allowUiUpdates: false }],
  });
});

describe.skipIf(!hasProgram('promtool', 'the rules and their tests are not checked'))('promtool', () => {
  it('accepts the configuration and the rules', () => {
    expect(promtool('check', 'config', 'grafana/prometheus/prometheus.yaml')).toContain('SUCCESS');
  });

  it('finds every alert firing and not firing as its tests say', () => {
    expect(promtool('test', 'rules', 'grafana/prometheus/smearwatch.rules.test.yaml')).toContain('SUCCESS');
  });
});
