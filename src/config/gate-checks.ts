import { z } from 'zod';
import type { Problem } from './problems.js';

/** Figures that exist only for all classes together. */
const WITHOUT_CLASS = ['shareRight', 'quadraticLoss', 'expectedCalibrationError'];
const LIMITS = ['min', 'max', 'maxFall'];

const gate = z
  .object({ figure: z.string().optional(), class: z.unknown().optional() })
  .loose()
  .catch({ figure: undefined, class: undefined });
const gates = z.object({ evaluation: z.object({ gates: z.array(gate) }) });

/** Gate problems that the schema cannot detect: a gate must have a limit, for a figure that exists. */
export function gateProblems(value: unknown): Problem[] {
  const written = gates.safeParse(value).data?.evaluation.gates ?? [];
  return written.flatMap(({ figure = '', class: name, ...rest }, index) => {
    const path = ['evaluation', 'gates', index];
    const hasLimit = LIMITS.some((limit) => rest[limit] !== undefined);
    const isOfClass = name !== undefined && WITHOUT_CLASS.includes(figure);
    return [
      ...(figure === '' || hasLimit ? [] : [{ path, message: `has no limit: set ${LIMITS.join(', ')}` }]),
      ...(isOfClass
        ? [{ path: [...path, 'class'], message: `${figure} does not exist for a single class` }]
        : []),
    ];
  });
}
