import type { MaxPool } from './convolution-run.js';
import type { Images, KernelOffset, WinogradKernel } from './kernel.js';
import type { ReadyStage } from './stage.js';

export function poolStage(
  pool: MaxPool,
  input: { readonly side: number; readonly channels: number },
  kernel: WinogradKernel,
): ReadyStage {
  const { channels } = input;
  return {
    side: Math.floor((input.side - pool.size) / pool.stride) + 1,
    channels,
    scratch: { tiles: 0, products: 0, bias: 0 },
    run: (from: Images, to: KernelOffset) => {
      kernel.maxPool(pool, channels, from, to);
      return Promise.resolve();
    },
    release: () => Promise.resolve(),
  };
}
