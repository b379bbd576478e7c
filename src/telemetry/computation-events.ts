import { KERNEL_FALLBACKS } from '../engine.js';
import { DECODER_FALLBACKS, DECODERS } from '../images.js';
import type { EventParts } from './conditions.js';
import { MODEL_LABELS, modelLabels } from './metrics.js';
import type { Telemetry } from './telemetry.js';

/** Events about what computes models and decodes images, and about each fallback to a slower way. */
export function computationEvents({ metrics, conditions }: EventParts) {
  const decoded = metrics.counter('decoded_images_total', 'Images by decoder.', ['decoder']);
  const decoderFallbacks = metrics.counter(
    'decoder_fallbacks_total',
    `Images that libvips decoded although pipeline.decoder is auto (${DECODER_FALLBACKS.join(', ')}).`,
    ['reason'],
  );
  const kernelFallbacks = metrics.counter(
    'kernel_fallbacks_total',
    `Times that a worker loaded a model without a kernel that it could use (${KERNEL_FALLBACKS.join(', ')}).`,
    [...MODEL_LABELS, 'reason'],
  );
  for (const decoder of DECODERS) decoded.inc({ decoder }, 0);
  for (const reason of DECODER_FALLBACKS) decoderFallbacks.inc({ reason }, 0);
  return {
    modelComputed({ model, computedBy, fallback }) {
      const keyOf = (reason: string): string =>
        `kernel ${Object.values(modelLabels(model)).join(' ')} ${reason}`;
      if (fallback === undefined) {
        for (const reason of KERNEL_FALLBACKS)
          conditions.ended(keyOf(reason), 'The kernels compute the model again', modelLabels(model));
        return;
      }
      const { reason, message: cause } = fallback;
      kernelFallbacks.inc({ ...modelLabels(model), reason });
      conditions.failed(keyOf(reason), {
        level: 'warn',
        message: 'A kernel does not compute the model; ONNX Runtime does, more slowly',
        fields: { ...modelLabels(model), ...computedBy, reason, cause },
      });
    },
    imageDecoded({ decoder, fallback, scanner, path }) {
      decoded.inc({ decoder });
      if (fallback === undefined) return;
      decoderFallbacks.inc({ reason: fallback });
      conditions.failed(`decoder ${fallback}`, {
        level: fallback === 'image-not-ordinary' ? 'info' : 'warn',
        message:
          'libvips decoded an image that our decoder does not support; this is logged once for each reason',
        fields: { reason: fallback, scanner, path },
      });
    },
  } satisfies Partial<Telemetry>;
}
