import { z } from 'zod';
import { ENGINE_NAMES } from '../model/engine.js';

/**
 * The configuration file, every option with its default and its meaning. The JSON Schema for editors
 * (config/schema.json) and docs/configuration.md are generated from these descriptions.
 */
const milliseconds = z.int().min(0).max(86_400_000);
const folder = z.string().min(1);
const labelName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
  );

const settleSchema = z
  .strictObject({
    quietMs: milliseconds
      .default(1000)
      .describe('A file has settled once its size and modification time have not changed for so long.'),
    incompleteAfterMs: milliseconds
      .default(60_000)
      .describe(
        'A quiet file whose format says that its end is missing is given so long to grow; after that it is quarantined as truncated.',
      ),
  })
  .prefault({});

const expectedSizeSchema = z
  .strictObject({
    width: z.int().min(1).max(65_535).default(960).describe('Pixels.'),
    height: z.int().min(1).max(65_535).default(1080).describe('Pixels.'),
    otherwise: z
      .enum(['quarantine', 'accept'])
      .default('quarantine')
      .describe(
        'What happens to an image of another size: quarantine, or accept (classified and sent to review).',
      ),
  })
  .prefault({});

const afterwardsAction = <Action extends string>(action: Action) =>
  z.literal(action).describe('keep it where it is, move it to another folder, or delete it.');

const afterwardsSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: afterwardsAction('keep') }),
    z.strictObject({
      action: afterwardsAction('move'),
      to: folder.describe('Folder that the file is moved to, keeping its path below the scanner folder.'),
    }),
    z.strictObject({ action: afterwardsAction('delete') }),
  ])
  .default({ action: 'keep' });

export const scannerSchema = z.strictObject({
  name: labelName.describe('Name in records, metrics and logs; must be unique and should never change.'),
  folder: folder.describe('The folder that the scanner writes to; subfolders are included.'),
  patterns: z
    .array(z.string().min(1))
    .min(1)
    .default(['**/*.{png,jpg,jpeg,tif,tiff,bmp}'])
    .describe('Glob patterns, relative to the folder, of the files that are images; case does not matter.'),
  watch: z
    .enum(['native', 'polling'])
    .default('native')
    .describe("The operating system's events, or polling for network shares that send none."),
  pollIntervalMs: milliseconds.min(100).default(2000).describe('How often a polled folder is looked at.'),
  rescanIntervalMs: milliseconds
    .min(1000)
    .default(60_000)
    .describe('How often the whole folder is read again, to find what events have missed.'),
  settle: settleSchema.describe('When a file counts as completely written.'),
  expectedSize: expectedSizeSchema.describe('Width and height that this scanner writes.'),
  labels: z
    .enum(['none', 'folder', 'files'])
    .default('none')
    .describe(
      "Where true classes come from besides `smearwatch label` and POST /labels: nowhere, the name of the image's folder, or label files beside the images (<image name>.label.json, looked for at every rescan).",
    ),
  afterwards: afterwardsSchema.describe(
    'What happens to the file once its result is durable: keep, move or delete.',
  ),
});

const sinkType =
  'json: one file per image; ndjson: one file with a line per image; webhook: one signed POST per image (docs/webhooks.md).';

const jsonSinkSchema = z.strictObject({
  type: z.literal('json').describe(sinkType),
  name: labelName.default('json').describe('Name in metrics and logs; must be unique among the sinks.'),
  folder: folder.describe('Results folder: <folder>/<scanner>/<path of the image>.json, written atomically.'),
});

const ndjsonSinkSchema = z.strictObject({
  type: z.literal('ndjson').describe(sinkType),
  name: labelName.default('ndjson').describe('Name in metrics and logs; must be unique among the sinks.'),
  file: z.string().min(1).describe('File that one line of JSON per result is appended to.'),
});

const webhookSinkSchema = z.strictObject({
  type: z.literal('webhook').describe(sinkType),
  name: labelName.default('webhook').describe('Name in metrics and logs; must be unique among the sinks.'),
  url: z
    .string()
    .min(1)
    .describe(
      'Address that each result is sent to: https://, or http:// on this computer. No user name or password in it.',
    ),
  secretFile: folder.describe(
    'File with the secret that signs what is sent (whsec_…, 24 to 64 bytes in base64); readable by the owner, and a group, only.',
  ),
  timeoutMs: milliseconds
    .min(100)
    .max(60_000)
    .default(10_000)
    .describe('An answer that takes longer counts as none; the result is sent again.'),
  allowInsecure: z
    .boolean()
    .default(false)
    .describe('Whether http:// may lead to another computer, where whoever is between reads the results.'),
});

const modelReference = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*(@[a-z0-9][a-z0-9._-]*)?$/, 'must be name, name@version or name@label');

const modelSchema = z.strictObject({
  model: modelReference.describe(
    'name, name@version or name@label, for instance alexnet@3 or lenet5@production.',
  ),
  engine: z.enum(ENGINE_NAMES).default('onnxruntime').describe('What runs it.'),
});

const modelsSchema = z
  .strictObject({
    registry: folder
      .optional()
      .describe("The model registry's folder; without it, the one that ships with Smearwatch."),
    use: z
      .array(modelSchema)
      .min(1)
      .default([
        { model: 'alexnet', engine: 'onnxruntime' },
        { model: 'lenet5', engine: 'onnxruntime' },
      ])
      .describe('Every image is classified by each of these; the first one decides.'),
    cacheFolder: folder
      .optional()
      .describe("Where packed models are unpacked on first use; without it, the user's cache folder."),
  })
  .prefault({});

const pipelineSchema = z
  .strictObject({
    batchSize: z.int().min(1).max(256).default(16).describe('Images classified together, at most.'),
    maxAttempts: z.int().min(1).max(20).default(3).describe('Attempts at an image before it is quarantined.'),
    retryDelayMs: milliseconds
      .default(2000)
      .describe('Wait before the second attempt; doubled for each further one.'),
    maxFileBytes: z
      .int()
      .min(1024)
      .max(1_073_741_824)
      .default(67_108_864)
      .describe('Larger files are quarantined unread.'),
    maxPixels: z
      .int()
      .min(65_536)
      .max(268_435_456)
      .default(33_554_432)
      .describe('Images with more pixels (width × height) are quarantined undecoded.'),
  })
  .prefault({});

const poolSchema = z
  .strictObject({
    workers: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('Inference workers; without it, the number of cores.'),
    taskTimeoutMs: milliseconds
      .min(1000)
      .default(60_000)
      .describe('A batch that stands still for longer is given up and its worker replaced.'),
  })
  .prefault({});

const diskSchema = z
  .strictObject({
    minFreeBytes: z
      .int()
      .min(0)
      .default(268_435_456)
      .describe(
        'With less free on the disk of the ledger, or of one that results or images go to, no more images are taken in until there is room again. 0: never mind.',
      ),
  })
  .prefault({});

const retentionSchema = z
  .strictObject({
    ledgerDays: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe(
        'Files and results that ended longer ago are removed from the ledger, once the file has gone from its scanner folder. Without it, they are kept for ever.',
      ),
    jsonDays: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe(
        'JSON documents (sinks of type json) of images that ended longer ago are removed: those that the ledger knows, and nothing else. Not more than ledgerDays. Without it, they are kept for ever.',
      ),
  })
  .prefault({});

const reviewSchema = z
  .strictObject({
    minConfidence: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe('A decision with a lower probability is sent to review.'),
  })
  .prefault({});

const httpSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether /metrics, /healthz, /readyz and /status are served.'),
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: z.int().min(0).max(65_535).default(9464).describe('Port; 0 takes a free one and logs it.'),
    tokenFile: folder
      .optional()
      .describe(
        'File with the token that changes by HTTP (POST /labels) must carry; readable by the owner, and a group, only. Without it, nothing can be changed by HTTP.',
      ),
    changesPerMinute: z
      .int()
      .min(1)
      .max(6000)
      .default(120)
      .describe('Changes by HTTP that one address may ask for in a minute, refused ones included.'),
  })
  .prefault({});

const accuracySchema = z
  .strictObject({
    window: z
      .int()
      .min(1)
      .max(20_000)
      .default(500)
      .describe('So many of the newest labelled images of each model are counted, at most.'),
    maxAgeDays: z
      .number()
      .min(0.01)
      .max(3660)
      .optional()
      .describe('None that were classified longer ago; without it, however old they are.'),
  })
  .prefault({});

const driftSchema = z
  .strictObject({
    reference: folder
      .optional()
      .describe(
        'reference.json of an evaluation. Without it, and for models that it does not know, the first images are the reference: so many as the window has, taken once per model version and scanner.',
      ),
    window: z
      .int()
      .min(50)
      .max(10_000)
      .default(1000)
      .describe('So many of the newest images of each model and scanner are compared with the reference.'),
  })
  .prefault({});

export const GATE_FIGURES = [
  'shareRight',
  'precision',
  'recall',
  'fMeasure',
  'accuracy',
  'quadraticLoss',
  'expectedCalibrationError',
] as const;

const figureClass = z
  .string()
  .min(1)
  .optional()
  .describe('Precision, recall, accuracy or F-measure of this class, instead of the mean over the classes.');

const promoteSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether the label is moved to a candidate that is better, without anybody asking.'),
    figure: z
      .enum(GATE_FIGURES)
      .default('shareRight')
      .describe(
        'What it must be better in, as in a gate; lower is better for quadraticLoss and expectedCalibrationError.',
      ),
    class: figureClass,
    margin: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('By so much, in every folder: 0.01 is one point. Every gate must have been passed, too.'),
    label: z
      .string()
      .regex(
        /^[a-z][a-z0-9._-]{0,62}$/,
        'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter',
      )
      .default('production')
      .describe('The label that is moved; models.use must follow it.'),
  })
  .prefault({});

const scheduleSchema = z
  .strictObject({
    cron: z
      .string()
      .min(1)
      .optional()
      .describe('When: minute, hour, day, month, weekday ("30 2 * * *" is 02:30). Without it, never.'),
    timeZone: z
      .string()
      .min(1)
      .default('UTC')
      .describe('In which time zone, for instance Europe/Berlin; summer time is followed.'),
    missed: z
      .enum(['make-up', 'note'])
      .default('make-up')
      .describe('A run whose time passed while no daemon ran: make-up at the next start, or note it only.'),
    data: z
      .array(folder)
      .default([])
      .describe('Labelled folders, DIR/<class>/<image>; each is evaluated with every model.'),
    by: z
      .string()
      .min(1)
      .optional()
      .describe('Column of their manifest.csv: the figures again for each of its values.'),
    candidates: z
      .array(modelReference)
      .default([])
      .describe(
        'Models besides those in use, for instance alexnet@candidate; one that is not there is left out.',
      ),
    folder: folder.optional().describe('Where reports go; without it, nightly/ in the state folder.'),
    keepReports: z.int().min(1).max(1000).default(30).describe('Older reports are removed.'),
    threads: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('Workers and decoding threads of an evaluation; without it, half as many as cores.'),
    promote: promoteSchema.describe('Promotion of a candidate that is better than the model in use.'),
  })
  .prefault({});

const gateSchema = z.strictObject({
  figure: z
    .enum(GATE_FIGURES)
    .describe('As metrics.json has it; lower is better for quadraticLoss and expectedCalibrationError.'),
  class: figureClass,
  model: z.string().min(1).optional().describe('Name of the model that it is for; without it, every one.'),
  min: z.number().min(0).max(2).optional().describe('Smallest value that passes.'),
  max: z.number().min(0).max(2).optional().describe('Largest value that passes.'),
  maxFall: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe('By so much it may be worse than that of the promoted version, where that is evaluated too.'),
});

const evaluationSchema = z
  .strictObject({
    gates: z
      .array(gateSchema)
      .default([])
      .describe('What figures must reach: when one is missed, smearwatch evaluate exits 1.'),
    schedule: scheduleSchema.describe('Evaluations that the daemon runs by itself, behind live images.'),
  })
  .prefault({});

export const configSchema = z.strictObject({
  stateFolder: folder.describe(
    'Folder of the ledger. It must be on a local disk and belong to one daemon only.',
  ),
  scanners: z.array(scannerSchema).min(1).describe('The folders to watch.'),
  sinks: z
    .array(z.discriminatedUnion('type', [jsonSinkSchema, ndjsonSinkSchema, webhookSinkSchema]))
    .default([])
    .describe('Where results go besides the ledger.'),
  models: modelsSchema.describe('Which models classify.'),
  pipeline: pipelineSchema.describe('How images flow.'),
  pool: poolSchema.describe('The inference workers.'),
  disk: diskSchema.describe('Room that is left free.'),
  retention: retentionSchema.describe('How long the ledger remembers, and JSON documents are kept.'),
  review: reviewSchema.describe('Which images a person should look at.'),
  http: httpSchema.describe('Metrics, health, status, and labels from outside.'),
  accuracy: accuracySchema.describe('Live accuracy: figures of the newest images whose true class is known.'),
  drift: driftSchema.describe('How much the newest images differ from a reference.'),
  evaluation: evaluationSchema.describe('How models are evaluated on labelled images.'),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('Lowest level that is logged; debug writes lines for every image.'),
    })
    .prefault({})
    .describe('The log: JSON lines on standard output.'),
  shutdownTimeoutMs: milliseconds
    .default(30_000)
    .describe('After SIGTERM or SIGINT, how long the work in progress may take before it is put back.'),
});

type DeepReadonly<T> = T extends readonly (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A validated configuration: every default filled in, every path absolute, frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
export type ScannerConfig = Config['scanners'][number];
export type SinkConfig = Config['sinks'][number];
export type GateConfig = Config['evaluation']['gates'][number];
export type ScheduleConfig = Config['evaluation']['schedule'];
export type ModelConfig = Config['models']['use'][number];
