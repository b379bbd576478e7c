import { z } from 'zod';
import { SmearwatchError } from '../../errors.js';
import { weightsReadPerImage } from '../../model/accelerate/weights-read.js';
import { buildNetwork } from '../../model/networks/architectures.js';
import { countParameters } from '../../model/networks/network.js';
import { FORMATS, NETWORKS, PRECISIONS, type Format, type NetworkName, type Precision } from '../parts.js';
import { computerSchema } from '../report/schema.js';
import type { ImageCost } from './model.js';

const positive = z.number().gt(0);
const byPrecision = z.partialRecord(z.enum(PRECISIONS), positive);
const memorySchema = z.strictObject({ baseBytes: positive, perWorkerBytes: positive });

/** The parts of a bench that the scaling model needs; a part that was not measured is missing. */
export const partsSchema = z.strictObject({
  computer: computerSchema,
  /** Time of the measurement, RFC 3339, UTC. */
  measuredAt: z.iso.datetime(),
  /** Number of images in a batch. */
  batch: z.int().min(1),
  /** CPU milliseconds of one image on one core: read from the disk and decoded. */
  decodeMs: z.partialRecord(z.enum(FORMATS), positive),
  /** CPU milliseconds of one image in such a batch. */
  inferenceMs: z.partialRecord(z.enum(NETWORKS), byPrecision),
  /** CPU milliseconds of one image on the daemon's main thread. */
  mainMs: z.partialRecord(z.enum(FORMATS), positive),
  /** Milliseconds per image for which that thread waits until the ledger's commits are on the disk. */
  commitMs: z.partialRecord(z.enum(FORMATS), z.number().min(0)),
  /** CPU milliseconds of one image in the daemon's other threads, without decoding and networks. */
  otherMs: z.partialRecord(z.enum(FORMATS), z.number().min(0)),
  coreBandwidth: positive.optional(),
  filesSyncedPerSecond: positive.optional(),
  /** Memory of a daemon with both networks. */
  memory: z.partialRecord(z.enum(PRECISIONS), memorySchema),
  /** Measured throughput of the daemon by number of cores. */
  measured: z.array(
    z.strictObject({
      format: z.enum(FORMATS),
      models: z.enum(['alexnet', 'both']),
      precision: z.enum(PRECISIONS),
      cores: z.int().min(1),
      imagesPerSecond: positive,
    }),
  ),
});

export type ScalingParts = Readonly<z.output<typeof partsSchema>>;

/** The format of the images, and the models that classify them. */
export interface Workload {
  readonly format: Format;
  readonly networks: readonly NetworkName[];
  readonly precision: Precision;
}

/**
 * Computes the cost of an image of the workload. @throws SmearwatchError `plan-not-measured` that names the
 * missing part
 */
export function costOf(parts: ScalingParts, { format, networks, precision }: Workload): ImageCost {
  const need = (value: number | undefined, what: string): number => {
    if (value !== undefined) return value;
    throw notMeasured(what);
  };
  const inference = networks.map((network) =>
    need(parts.inferenceMs[network]?.[precision], `${network} in ${precision}`),
  );
  const decode = need(parts.decodeMs[format], `decoding of ${format}`);
  const other = need(parts.otherMs[format], `a daemon with both networks on ${format}`);
  return {
    workerMs: decode + other + inference.reduce((sum, ms) => sum + ms, 0),
    mainMs: need(parts.mainMs[format], `a daemon with both networks on ${format}`),
    commitMs: parts.commitMs[format] ?? 0,
    bytesRead: networks.reduce((sum, network) => sum + weightBytes(network, precision, parts.batch), 0),
    filesSynced: 1,
  };
}

/** Bytes of weights that a network with the paper's three classes reads for an image. */
function weightBytes(name: NetworkName, precision: Precision, batch: number): number {
  const network = buildNetwork({ name, options: {} });
  return precision === 'fp32' ? 4 * weightsReadPerImage(network, batch) : countParameters(network) / batch;
}

function notMeasured(what: string): SmearwatchError {
  return new SmearwatchError('plan-not-measured', `The bench did not measure ${what}`);
}
