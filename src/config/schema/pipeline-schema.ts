import { z } from 'zod';
import { KERNEL_CHOICES } from '../../engine.js';
import { DECODER_CHOICES } from '../../images.js';
import { milliseconds } from './values.js';

export const pipelineSchema = z
  .strictObject({
    batchSize: z.int().min(1).max(256).default(64).describe('Images classified together, at most.'),
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
    decoder: z
      .enum(DECODER_CHOICES)
      .default('auto')
      .describe(
        "auto: Smearwatch's own decoder where it can, which is faster. libvips: libvips where it can. Pixels differ slightly (docs/decoding.md).",
      ),
  })
  .prefault({});

export const poolSchema = z
  .strictObject({
    workers: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('Inference workers; without it, the number of cores, or the CPU quota if that is less.'),
    taskTimeoutMs: milliseconds
      .min(1000)
      .default(60_000)
      .describe('A batch without progress for this time is given up, and its worker replaced.'),
    kernels: z
      .enum(KERNEL_CHOICES)
      .default('auto')
      .describe(
        "auto: Smearwatch's own kernels compute the parts of models that they know, which is faster. off: ONNX Runtime alone.",
      ),
  })
  .prefault({});
