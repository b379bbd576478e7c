/** What a value is held against; dashboards colour their panels at the same one. */
export interface Threshold {
  readonly value: number;
  /** On which side of it somebody is alarmed. */
  readonly bad: 'above' | 'below';
}

export interface Alert {
  /** Also the name of its page in docs/runbooks/. */
  readonly name: string;
  /** critical: somebody gets up; warning: somebody looks in the morning. */
  readonly severity: 'critical' | 'warning';
  readonly expr: string;
  /** For how long it must be so. */
  readonly for: string;
  readonly threshold?: Threshold;
  readonly summary: string;
  readonly description: string;
}
