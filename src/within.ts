export interface WithinOptions<L> {
  /** What to give, or to throw, when the limit has passed. Default undefined. */
  readonly late?: () => L;
  /** False: waiting does not keep the process alive. Default true. */
  readonly ref?: boolean;
}

/**
 * What `work` settles with, or what `late` gives once that has taken longer than `limitMs`. Late work is not
 * stopped, since nothing can stop it where a file system does not answer; what it settles with is ignored.
 */
export function within<T>(
  limitMs: number,
  work: Promise<T>,
  options?: Pick<WithinOptions<never>, 'ref'>,
): Promise<T | undefined>;
export function within<T, L>(
  limitMs: number,
  work: Promise<T>,
  options: WithinOptions<L> & { readonly late: () => L },
): Promise<T | L>;
export async function within<T, L>(
  limitMs: number,
  work: Promise<T>,
  { late, ref = true }: WithinOptions<L> = {},
): Promise<T | L | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
    if (!ref) timer.unref();
  });
  try {
    return await Promise.race([work, limit.then(() => late?.())]);
  } finally {
    clearTimeout(timer);
  }
}
