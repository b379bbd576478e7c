/** What a value is held against; dashboards colour their panels at the same one. */
export interface Threshold {
  readonly value: number;
  /** The side of the value on which the alert fires. */
  readonly bad: 'above' | 'below';
}

export interface Alert {
  /** The alert's name, which is also the name of its page in docs/runbooks/. */
  readonly name: string;
  /** critical: act at once, even at night; warning: look the next working day. */
  readonly severity: 'critical' | 'warning';
  readonly expr: string;
  /** How long the condition must hold before the alert fires. */
  readonly for: string;
  readonly threshold?: Threshold;
  readonly summary: string;
  readonly description: string;
}
