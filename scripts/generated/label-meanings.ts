import { COMPUTATIONS } from '../../src/engine.js';
import { DECODERS } from '../../src/images.js';
import { REVIEW_REASONS } from '../../src/record.js';

/**
 * What each label of a metric says, and how many values it may have: no label may ever hold a path or a free
 * text.
 */
export const LABEL_MEANINGS: Readonly<Record<string, string>> = {
  action: '`move` or `delete`.',
  arch: 'The processor architecture, as Node names it.',
  cause: "`disk` (no room where something is written) or `folder` (a scanner's folder is unavailable).",
  class: 'A class of the model.',
  computation: `${COMPUTATIONS.map((name) => `\`${name}\``).join(', ')}.`,
  decoder: `${DECODERS.map((name) => `\`${name}\``).join(', ')}.`,
  code: "The operating system's error code: `ENOENT`, `ENOSPC` …; `other` if it has none.",
  disk: '`ledger`, `sink-<name>`, `images-<scanner>` (where images are moved to).',
  engine: '`onnxruntime` or `tfjs-node`.',
  engine_version: 'The version of onnxruntime-node or tfjs.',
  gate: 'A gate of `evaluation.gates`, as reports name it.',
  kind: 'The kind of garbage collection.',
  label: 'The true class of an image.',
  major: "The major number of Node's version.",
  measure:
    'What drifts: `classes` or `confidence` of predictions; `brightness`, `stain-strength` or `stain-colour` of images ([drift.md](drift.md)).',
  minor: "The minor number of Node's version.",
  model: "A model's name. At a swap, counters drop the models that are no longer in use.",
  node: "Node's version.",
  outcome: 'The outcome; the metric lists the possible ones.',
  patch: "The patch number of Node's version.",
  platform: 'The operating system, as Node names it.',
  precision: '`fp32` or `int8`.',
  reason: `The reason for a review: ${REVIEW_REASONS.map((reason) => `\`${reason}\``).join(', ')}; for quarantines and retries, an error code ([images.md](images.md)).`,
  scanner: "A scanner's name in the configuration.",
  set: 'The name of a folder in `evaluation.schedule.data`.',
  sink: "A sink's name in the configuration; `afterwards` moves and deletes images.",
  source: 'Where a label came from: `folder`, `file`, `command`, `http`.',
  space: "A space of V8's heap.",
  stage: "A stage of an image's way; the metric lists the possible ones.",
  state: '`queued`, `running`, `done`, `quarantined`.',
  status: 'The HTTP status.',
  type: 'Kind of resource, handle or request, as Node names it.',
  version:
    'The version of the model; of Smearwatch in `smearwatch_build_info`; of Node in `nodejs_version_info`.',
  weights_sha256: "SHA-256 of the model's weights.",
};
