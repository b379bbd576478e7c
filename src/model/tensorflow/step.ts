import { stepFailed } from './failures.js';
import type { Environment } from './paths.js';

export interface ProvisioningRecipe {
  /** An empty folder that only this process uses. */
  readonly folder: string;
  /** The wheel's `--platform` tag. */
  readonly wheelPlatform: string;
  /** Folder in which Node is installed, with its C headers. */
  readonly nodePrefix: string;
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (message: string) => void;
}

const STILL_AT_IT_MS = 20_000;

/**
 * Reports the start of a step and, on a slow network, that it continues; turns a failure into one that names
 * the step.
 */
export async function step<T>(
  recipe: ProvisioningRecipe,
  doing: string,
  hint: string,
  work: () => Promise<T>,
): Promise<T> {
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  recipe.onProgress(`${doing.charAt(0).toUpperCase()}${doing.slice(1)} …`);
  const timer = setInterval(() => recipe.onProgress(`  still ${doing} (${seconds()} s)`), STILL_AT_IT_MS);
  try {
    return await work();
  } catch (error) {
    if (recipe.signal?.aborted || !(error instanceof Error)) throw error;
    throw stepFailed(doing, hint, error);
  } finally {
    clearInterval(timer);
  }
}
