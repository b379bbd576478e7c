import { z } from 'zod';

/** Types of values that several options share. */
export const milliseconds = z.int().min(0).max(86_400_000);
export const folder = z.string().min(1);
export const labelName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
  );

export const modelReference = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*(@[a-z0-9][a-z0-9._-]*)?$/, 'must be name, name@version or name@label');
