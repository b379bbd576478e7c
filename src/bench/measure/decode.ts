import type { BenchContext, RoundSamples, SampleOf } from '../context.js';
import { withLanes, type MeasuredLanes } from '../lanes/lanes.js';
import type { DecodeSetup } from '../lanes/protocol.js';
import type { Format } from '../parts.js';

const DECODERS = ['smearwatch', 'sharp'] as const;

/** Decodes files from the disk, one after the other on each core, by Smearwatch and by sharp alone. */
export async function measureDecode(context: BenchContext): Promise<RoundSamples> {
  const { formats, cores } = context.plan;
  const decode: SampleOf<'decode'>[] = [];
  for (const format of formats) {
    for (const count of cores) {
      for (const decoder of DECODERS) {
        const { perSecond, cpuMs } = await decodeAlone(context, { format, decoder, cores: count });
        decode.push({
          of: { format, decoder, cores: count },
          figures: { imagesPerSecond: perSecond, cpuMsPerImage: cpuMs },
        });
        context.say(`${format} decoded by ${decoder}, ${count} cores: ${perSecond.toFixed(1)} images/s`);
      }
    }
  }
  return { decode };
}

export function decodeAlone(
  { material, plan, compiled, signal }: BenchContext,
  { format, decoder, cores }: { format: Format; decoder: DecodeSetup['decoder']; cores: number },
): Promise<MeasuredLanes> {
  const files = material.images.get(format)?.files ?? [];
  const setups = Array.from({ length: cores }, (_, lane): DecodeSetup => ({
    kind: 'decode',
    decoder,
    choice: plan.decoder,
    files: shareOf(files, lane, cores),
  }));
  const workerFile = new URL('bench/lanes/worker.js', compiled);
  return withLanes(setups, { workerFile, signal }, (lanes) => lanes.measure(plan.seconds));
}

/** Every `lanes`-th file; all files if there are fewer files than lanes. */
function shareOf(files: readonly string[], lane: number, lanes: number): string[] {
  const share = files.filter((_, index) => index % lanes === lane);
  return share.length > 0 ? share : [...files];
}
