import type { Sharp } from 'sharp';
import type { DecoderInput, Inspection } from './inspection.js';
import { inspectJpeg } from './jpeg/inspect-jpeg.js';
import { inspectPng } from './png/inspect-png.js';
import type { ImageFormat } from './sniff.js';
import { inspectTiff } from './tiff/inspect-tiff.js';

/** The formats that libvips decodes. */
export type SharpFormat = Exclude<ImageFormat, 'bmp'>;

const INSPECTIONS: Readonly<Record<SharpFormat, (bytes: Buffer, maxPixels: number) => Inspection>> = {
  png: inspectPng,
  jpeg: inspectJpeg,
  tiff: inspectTiff,
};

/**
 * Reads a file before libvips does.
 * @throws SmearwatchError those of `inspectTiff`
 */
export function inspect(
  bytes: Buffer,
  format: SharpFormat,
  maxPixels: number,
): Inspection & { readonly input: DecoderInput } {
  const inspection = INSPECTIONS[format](bytes, maxPixels);
  return { ...inspection, input: inspection.input ?? { bytes, hasMeaninglessChannels: false } };
}

/** Upright colours of sRGB: on white where they are transparent, and without channels that mean nothing. */
export function onWhite(
  source: Sharp,
  { hasMeaninglessChannels }: Pick<DecoderInput, 'hasMeaninglessChannels'>,
): Sharp {
  const colours = source.autoOrient().toColourspace('srgb');
  return hasMeaninglessChannels ? colours.removeAlpha() : colours.flatten({ background: '#ffffff' });
}
