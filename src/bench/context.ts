import type { BenchPlan } from './options.js';
import type { Material } from './prepare/material.js';
import type { RowOf, BenchSection } from './report/schema.js';
import type { Sample } from './statistics.js';

/** What every measurement is given. */
export interface BenchContext {
  readonly plan: BenchPlan;
  readonly material: Material;
  /** A folder of the bench's own, removed at its end. */
  readonly folder: string;
  /** The compiled program (`dist/`): its workers and its command line are what is measured. */
  readonly compiled: URL;
  readonly signal: AbortSignal;
  /** 0, 1 …: what does not vary is measured in the first one only. */
  readonly round: number;
  /** A line for whoever waits. */
  readonly say: (line: string) => void;
  /** Something that cannot be measured here, and why. Said once. */
  readonly skip: (what: string, why: string) => void;
}

export type SampleOf<S extends BenchSection> = Sample<
  RowOf<S>['of'],
  Extract<keyof RowOf<S>['figures'], string>
>;

/** What one round of one part found, by the section of the report that it belongs to. */
export type RoundSamples = { readonly [S in BenchSection]?: readonly SampleOf<S>[] };

export type MeasurePart = (context: BenchContext) => Promise<RoundSamples>;
