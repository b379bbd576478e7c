import { z } from 'zod';
import { folder, modelReference } from './values.js';

const GATE_FIGURES = [
  'shareRight',
  'precision',
  'recall',
  'fMeasure',
  'accuracy',
  'quadraticLoss',
  'expectedCalibrationError',
] as const;

const figureClass = z
  .string()
  .min(1)
  .optional()
  .describe('Class whose precision, recall, accuracy or F-measure is meant, instead of the mean.');

const promoteSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether the label moves automatically to a better candidate.'),
    figure: z
      .enum(GATE_FIGURES)
      .default('shareRight')
      .describe('Figure that the candidate must improve, as in a gate.'),
    class: figureClass,
    margin: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('Improvement needed in every folder; 0.01 is one point. Every gate must pass, too.'),
    label: z
      .string()
      .regex(
        /^[a-z][a-z0-9._-]{0,62}$/,
        'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter',
      )
      .default('production')
      .describe('The label that moves; models.use must name it.'),
  })
  .prefault({});

const scheduleSchema = z
  .strictObject({
    cron: z
      .string()
      .min(1)
      .optional()
      .describe('When: minute, hour, day, month, weekday ("30 2 * * *" is 02:30). Without it, never.'),
    timeZone: z
      .string()
      .min(1)
      .default('UTC')
      .describe('Time zone, for example Europe/Berlin; daylight saving is observed.'),
    missed: z
      .enum(['make-up', 'note'])
      .default('make-up')
      .describe('A run whose time passed without a daemon: make-up at the next start, or only note it.'),
    data: z
      .array(folder)
      .default([])
      .describe('Labelled folders, DIR/<class>/<image>; each is evaluated with every model.'),
    by: z
      .string()
      .min(1)
      .optional()
      .describe('Column of their manifest.csv: figures are also given for each of its values.'),
    candidates: z
      .array(modelReference)
      .default([])
      .describe('Further models, for example alexnet@candidate. A missing one is left out.'),
    folder: folder
      .optional()
      .describe('Folder of the reports; without it, planned-evaluations/ in the state folder.'),
    keepReports: z
      .int()
      .min(1)
      .max(1000)
      .default(30)
      .describe('Number of reports to keep; older ones are removed.'),
    threads: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('Workers and decoding threads of an evaluation; without it, half the number of cores.'),
    promote: promoteSchema.describe('Promotion of a candidate that is better than the model in use.'),
  })
  .prefault({});

const gateSchema = z.strictObject({
  figure: z
    .enum(GATE_FIGURES)
    .describe('As metrics.json names it; lower is better for quadraticLoss and expectedCalibrationError.'),
  class: figureClass,
  model: z.string().min(1).optional().describe('Model that the gate applies to; without it, every model.'),
  min: z.number().min(0).max(2).optional().describe('Smallest value that passes.'),
  max: z.number().min(0).max(2).optional().describe('Largest value that passes.'),
  maxFall: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe('How much worse it may be than the promoted version, if that is evaluated too.'),
});

export const evaluationSchema = z
  .strictObject({
    gates: z
      .array(gateSchema)
      .default([])
      .describe('Values that figures must reach; otherwise smearwatch evaluate exits with 1.'),
    schedule: scheduleSchema.describe('Evaluations that the daemon runs on a schedule.'),
  })
  .prefault({});
