import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Threshold } from './alert.js';
import { alertNamed } from './alerts.js';
import { DATA_SOURCE } from './variables.js';

export interface Query {
  readonly expr: string;
  /** Grafana's: `{{scanner}}` is the label's value. */
  readonly legend: string;
}

export interface PanelSpec {
  readonly title: string;
  /** What it shows, and what is well. */
  readonly description: string;
  /** One of Grafana's units: s, bytes, percentunit, short … */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** stat: the values now. lines and areas (on top of each other): over time. table: a row a series. */
  readonly as: 'stat' | 'lines' | 'areas' | 'table';
  /** Name of the alert at whose threshold the panel turns red. */
  readonly alert?: string;
  /** Page below docs/ that says what to do next; without it, the alert's runbook. */
  readonly next?: string;
  /** Width in columns; a row has 24. */
  readonly width?: number;
  /** Words instead of numbers: `{ 1: 'up' }`. */
  readonly words?: Readonly<Record<number, string>>;
}

/** @throws when a panel leads nowhere: every panel links to what to do next */
export function toPanel(spec: PanelSpec): Builder<dashboard.Panel> {
  const { title, description, unit, queries, width = 12 } = spec;
  const panel = visualisation(spec)
    .title(title)
    .description(spec.alert === undefined ? description : `${description} Alert: ${spec.alert}.`)
    .datasource(DATA_SOURCE)
    .unit(unit)
    .span(width)
    .height(spec.as === 'stat' ? 4 : 8)
    .thresholds(thresholds(spec.alert))
    .links([new dashboard.DashboardLinkBuilder('What to do').type(LINK).url(urlOf(spec)).targetBlank(true)]);
  queries.forEach(({ expr, legend }, index) => {
    const query = new DataqueryBuilder().refId(REF_IDS.charAt(index)).expr(expr).legendFormat(legend);
    const isNow = spec.as === 'stat' || spec.as === 'table';
    if (spec.as === 'table') query.format(PromQueryFormat.Table);
    panel.withTarget(isNow ? query.instant() : query.range());
  });
  if (spec.words) panel.mappings([wordsFor(spec.words)]);
  return panel;
}

const REF_IDS = 'ABCDEFGHIJ';
const LINK = dashboard.DashboardLinkType.Link;

function visualisation({ as, alert }: PanelSpec): StatBuilder | TableBuilder | TimeseriesBuilder {
  switch (as) {
    case 'stat':
      return new StatBuilder()
        .graphMode(common.BigValueGraphMode.None)
        .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
    case 'table':
      return new TableBuilder();
    case 'lines':
    case 'areas':
      return lines(as === 'areas', alert !== undefined);
    default:
      return as satisfies never;
  }
}

function lines(isStacked: boolean, hasLimit: boolean): TimeseriesBuilder {
  const stacking = new common.StackingConfigBuilder().mode(
    isStacked ? common.StackingMode.Normal : common.StackingMode.None,
  );
  const limit = hasLimit ? common.GraphThresholdsStyleMode.Dashed : common.GraphThresholdsStyleMode.Off;
  return new TimeseriesBuilder()
    .fillOpacity(isStacked ? 60 : 0)
    .stacking(stacking)
    .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(limit))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi));
}

/**
 * Makes thresholds that are green on one side of the alert's value and red on the other; without an alert,
 * one neutral colour.
 */
function thresholds(alert: string | undefined): Builder<dashboard.ThresholdsConfig> {
  const limit = alert === undefined ? undefined : alertNamed(alert).threshold;
  if (alert !== undefined && !limit)
    throw new Error(`Alert ${alert} has no threshold that a panel could show`);
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(limit ? stepsOf(limit) : [{ value: null, color: 'text' }]);
}

/** A step begins at its value: what is bad above 5 % is red just beyond it. */
function stepsOf({ value, bad }: Threshold): dashboard.Threshold[] {
  if (bad === 'below')
    return [
      { value: null, color: 'red' },
      { value, color: 'green' },
    ];
  // What is bad above 0 is well at 0.
  return [
    { value: null, color: 'green' },
    { value: value === 0 ? 1e-9 : value, color: 'red' },
  ];
}

function urlOf({ title, next, alert }: PanelSpec): string {
  const page = next ?? (alert === undefined ? undefined : `runbooks/${alert}.md`);
  if (page === undefined) throw new Error(`Panel ${title} leads nowhere: it needs "next" or "alert"`);
  return `\${docs}/${page}`;
}

function wordsFor(words: Readonly<Record<number, string>>): dashboard.ValueMap {
  const options = Object.entries(words).map(([value, text], index) => [value, { text, index }]);
  return { type: dashboard.MappingType.ValueToText, options: Object.fromEntries(options) as ValueOptions };
}

type ValueOptions = dashboard.ValueMap['options'];
