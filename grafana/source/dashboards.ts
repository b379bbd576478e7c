import type { DashboardSpec } from './dashboard.js';
import { evaluationsAndDrift } from './evaluations-and-drift.js';
import { internals } from './internals.js';
import { modelsAndAccuracy } from './models-and-accuracy.js';
import { overview } from './overview.js';
import { throughputAndLatency } from './throughput-and-latency.js';

export const dashboards: readonly DashboardSpec[] = [
  overview,
  throughputAndLatency,
  modelsAndAccuracy,
  evaluationsAndDrift,
  internals,
];
