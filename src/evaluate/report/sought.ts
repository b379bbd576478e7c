import type { ClassMetrics, ModelMetrics } from '../metrics.js';
import { SOUGHT } from './report-input.js';

export type ReportedOperatingPoint = ClassMetrics['sensitivityAt'][number];

/**
 * Sensitivity for the class that must not be missed; undefined if the data has no such class or it was not
 * measured.
 */
export function soughtSensitivity({
  perClass,
}: Pick<ModelMetrics, 'perClass'>): ReportedOperatingPoint | undefined {
  const points = perClass.find((each) => each.class === SOUGHT.class)?.sensitivityAt ?? [];
  return points.find(({ specificity }) => Math.abs(specificity - SOUGHT.specificity) < 1e-9);
}
