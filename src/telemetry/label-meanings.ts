import { COMPUTATIONS } from '../engine.js';
import { DECODERS } from '../images.js';
import { REVIEW_REASONS } from '../record.js';

/** What each label of a metric says, and how many values it may have: no label may ever hold a path or a free text. */
export const LABEL_MEANINGS: Readonly<Record<string, string>> = {
  action: '`move` or `delete`.',
  arch: 'The processor, as Node calls it.',
  cause: "`disk` (no room where something is written) or `folder` (a scanner's folder is away).",
  class: 'A class of the model.',
  computation: `${COMPUTATIONS.map((name) => `\`${name}\``).join(', ')}.`,
  code: "The operating system's error code: `ENOENT`, `ENOSPC` …; `other` where it has none.",
  decoder: `${DECODERS.map((name) => `\`${name}\``).join(', ')}.`,
  disk: '`ledger`, `sink-<name>`, `images-<scanner>` (where images are moved to).',
  engine: '`onnxruntime` or `tfjs-node`.',
  engine_version: 'Of onnxruntime-node or tfjs.',
  gate: 'A gate of `evaluation.gates`, as reports name it.',
  kind: 'Of garbage collection.',
  label: 'The true class of an image.',
  major: "Of Node's version.",
  measure:
    'Of predictions `classes`, `confidence`; of images `brightness`, `stain-strength`, `stain-colour` ([drift.md](drift.md)).',
  minor: "Of Node's version.",
  model:
    "A model's name. Metrics that count forget models that are no longer in use when models are swapped.",
  node: "Node's version.",
  outcome: 'What became of it; the metric says which there are.',
  patch: "Of Node's version.",
  platform: 'The operating system, as Node calls it.',
  precision: '`fp32` or `int8`.',
  reason: `Of reviews ${REVIEW_REASONS.map((reason) => `\`${reason}\``).join(', ')}; otherwise an error code ([images.md](images.md)).`,
  scanner: "A scanner's name in the configuration.",
  set: 'Name of a folder in `evaluation.schedule.data`.',
  sink: "A sink's name in the configuration; `afterwards` moves and deletes images.",
  source: 'Where a label came from: `folder`, `file`, `command`, `http`.',
  space: "Of V8's heap.",
  stage: "Of an image's way; the metric says which there are.",
  state: '`queued`, `running`, `done`, `quarantined`.',
  status: 'The HTTP status.',
  type: 'Kind of resource, handle or request, as Node calls it.',
  version: 'Of the model; of Smearwatch in `smearwatch_build_info`; of Node in `nodejs_version_info`.',
  weights_sha256: "SHA-256 of the model's weights.",
};
