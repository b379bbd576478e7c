import type { BenchPlan } from './options.js';
import type { Material } from './prepare/material.js';
import type { RowOf, BenchSection } from './report/schema.js';
import type { Sample } from './statistics.js';

/** Input of every measurement. */
export interface BenchContext {
  readonly plan: BenchPlan;
  readonly material: Material;
  /** A folder of the bench, removed at its end. */
  readonly folder: string;
  /** The compiled program (`dist/`), whose workers and command line are measured. */
  readonly compiled: URL;
  readonly signal: AbortSignal;
  /** Number of the round, from 0: constant figures are measured in the first round only. */
  readonly round: number;
  /** Receives progress lines for the user. */
  readonly say: (line: string) => void;
  /** Reports once what cannot be measured here, and why. */
  readonly skip: (what: string, why: string) => void;
}

export type SampleOf<S extends BenchSection> = Sample<
  RowOf<S>['of'],
  Extract<keyof RowOf<S>['figures'], string>
>;

/** Samples of one part in one round, by the section of the report that they belong to. */
export type RoundSamples = { readonly [S in BenchSection]?: readonly SampleOf<S>[] };

export type MeasurePart = (context: BenchContext) => Promise<RoundSamples>;
