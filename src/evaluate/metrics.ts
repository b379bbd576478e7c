import { z } from 'zod';

/**
 * `metrics.json`: the results of an evaluation, for programs, gates, the report and planned evaluations. Its
 * JSON Schema (config/metrics.schema.json) is generated from here. Fields are only added, never removed;
 * `metricsVersion` changes when one changes its meaning.
 *
 * A figure that does not exist (precision of a class that was never predicted) is null, never 0.
 */
export const METRICS_VERSION = 1;

const count = z.int().min(0);
const figure = z.number().nullable();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A figure with its 95 % interval. `low` and `high` are null without an interval: when the figure does not
 * exist, or when all resamples agree (a single patient, a perfect area), which says nothing about other
 * images.
 */
export const estimateSchema = z.strictObject({
  value: figure,
  low: figure,
  high: figure,
  /**
   * `wilson`: a share of independent images, or of groups that all agree. `bootstrap`: resampled, by group
   * where there are groups.
   */
  method: z.enum(['wilson', 'bootstrap']),
});

/** One class against the rest. */
export const classMetricsSchema = z.strictObject({
  class: z.string(),
  /** Images of this class. */
  images: count,
  precision: estimateSchema,
  recall: estimateSchema,
  specificity: estimateSchema,
  /** (TP + TN) / all: the paper's Table 4. */
  accuracy: estimateSchema,
  /** 2TP / (2TP + FP + FN): 0 for a class that has images but was never predicted. */
  fMeasure: figure,
  /** Area under the receiver operating characteristic. */
  rocArea: estimateSchema,
  /** Average precision: the area under the precision-recall curve, as a step function. */
  averagePrecision: estimateSchema,
  /**
   * Recall at the lowest threshold at which at least the share `specificity` of the other images scores less.
   * The interval is for this threshold. The threshold is null and the sensitivity 0 when even the highest
   * score is too low a threshold.
   */
  sensitivityAt: z.array(
    z.strictObject({ specificity: z.number(), threshold: figure, sensitivity: estimateSchema }),
  ),
  /**
   * At most 200 points of each curve, for plots: [false positive rate, true positive rate], joined by lines,
   * and [recall, precision], by steps that have the next point's precision. Empty without images of the class
   * (or, for the first, of another class). The areas above use all points.
   */
  rocCurve: z.array(z.tuple([z.number(), z.number()])),
  precisionRecallCurve: z.array(z.tuple([z.number(), z.number()])),
});

export const calibrationSchema = z.strictObject({
  /**
   * Σ (images of the bin / all) · |share right − mean confidence|, over ten bins of equal width (Guo et al.
   * 2017).
   */
  expectedError: figure,
  bins: z.array(
    z.strictObject({
      low: z.number(),
      high: z.number(),
      images: count,
      /** Means over the bin's images; null when it is empty. */
      confidence: figure,
      shareRight: figure,
    }),
  ),
});

/** Everything about one model on one set of images. */
export const modelMetricsSchema = z.strictObject({
  images: count,
  /** Rows: the labelled class; columns: the predicted one; both in the classes' order. */
  confusion: z.array(z.array(count)),
  /** Share of the images classified correctly: not the paper's accuracy. */
  shareRight: estimateSchema,
  /** Means over the classes: the paper's Tables 3 and 4. */
  precision: estimateSchema,
  recall: estimateSchema,
  accuracy: estimateSchema,
  /** 2PR / (P + R) of the averaged precision and recall, as in the paper's Table 3. */
  fMeasure: estimateSchema,
  /** The paper's Σ(xᵢ − x′ᵢ)² / n. */
  quadraticLoss: figure,
  crossEntropy: figure,
  perClass: z.array(classMetricsSchema),
  calibration: calibrationSchema,
});

const modelSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  weightsSha256: sha256,
  engine: z.string(),
  precision: z.string(),
  all: modelMetricsSchema,
  /** The same metrics for every value of `data.by`, for instance per hospital. */
  by: z.record(z.string(), modelMetricsSchema),
});

/** McNemar's test on the images that only one of two models classified correctly. */
export const comparisonSchema = z.strictObject({
  /** Reference to the first model: `name@version`. */
  first: z.string(),
  second: z.string(),
  onlyFirstRight: count,
  onlySecondRight: count,
  /** Exact binomial below 25 discordant images, else chi-squared with continuity correction. */
  method: z.enum(['exact', 'chi-squared']),
  /** Chi-squared; when exact, the smaller of the two counts. */
  statistic: z.number(),
  /**
   * P-value for independent images. With groups it is too small; use the interval of the difference instead.
   */
  pValue: z.number(),
  /** Share right of the first model minus that of the second, on the same images. */
  difference: estimateSchema,
});

export const gateResultSchema = z.strictObject({
  /** The configured gate in words: `alexnet@1 recall of abnormal-monocyte ≥ 0.9`. */
  gate: z.string(),
  model: z.string(),
  value: figure,
  limit: z.number(),
  passed: z.boolean(),
});

/** Why an image is in no figure. */
export const LEFT_OUT_REASONS = [
  'unlabelled',
  'unreadable',
  'duplicate',
  'contradictory',
  'unknown-class',
] as const;

export const metricsSchema = z.strictObject({
  metricsVersion: z.literal(METRICS_VERSION),
  /** Time of the measurement, RFC 3339, UTC. */
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Command line that repeats the evaluation. */
  command: z.string(),
  /** Versions by the software's name. */
  software: z.record(z.string(), z.string()),
  computer: z.strictObject({ processor: z.string(), cores: count, memoryBytes: count }),
  data: z.strictObject({
    folder: z.string(),
    /**
     * SHA-256 over the sorted SHA-256s of the evaluated images: the same images give the same value, even if
     * renamed.
     */
    sha256,
    classes: z.array(z.string()),
    images: count,
    perClass: z.record(z.string(), count),
    /** Groups (patients) among the images; 0 when none is known. */
    groups: count,
    /** `all`, or the part of a split file. */
    part: z.string(),
    splitSha256: sha256.optional(),
    by: z.string().optional(),
    leftOut: z.array(z.strictObject({ file: z.string(), why: z.enum(LEFT_OUT_REASONS), reason: z.string() })),
  }),
  throughput: z.strictObject({
    images: count,
    seconds: z.number(),
    imagesPerSecond: figure,
    workers: count,
  }),
  models: z.array(modelSchema).min(1),
  comparisons: z.array(comparisonSchema),
  gates: z.array(gateResultSchema),
  /**
   * Warnings for readers of the figures: images that a model was trained on, gates that could not be checked.
   */
  notes: z.array(z.string()).optional(),
});

export type Estimate = z.infer<typeof estimateSchema>;
export type ClassMetrics = z.infer<typeof classMetricsSchema>;
export type Calibration = z.infer<typeof calibrationSchema>;
export type ModelMetrics = z.infer<typeof modelMetricsSchema>;
export type EvaluatedModel = z.infer<typeof modelSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type GateResult = z.infer<typeof gateResultSchema>;
export type LeftOut = Metrics['data']['leftOut'][number];
export type Metrics = z.infer<typeof metricsSchema>;
