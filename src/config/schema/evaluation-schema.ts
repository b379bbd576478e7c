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
  .describe('Precision, recall, accuracy or F-measure of this class, instead of the mean over the classes.');

const promoteSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether the label is moved to a candidate that is better, without anybody asking.'),
    figure: z
      .enum(GATE_FIGURES)
      .default('shareRight')
      .describe(
        'What it must be better in, as in a gate; lower is better for quadraticLoss and expectedCalibrationError.',
      ),
    class: figureClass,
    margin: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('By so much, in every folder: 0.01 is one point. Every gate must have been passed, too.'),
    label: z
      .string()
      .regex(
        /^[a-z][a-z0-9._-]{0,62}$/,
        'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter',
      )
      .default('production')
      .describe('The label that is moved; models.use must follow it.'),
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
      .describe('In which time zone, for instance Europe/Berlin; summer time is followed.'),
    missed: z
      .enum(['make-up', 'note'])
      .default('make-up')
      .describe('A run whose time passed while no daemon ran: make-up at the next start, or note it only.'),
    data: z
      .array(folder)
      .default([])
      .describe('Labelled folders, DIR/<class>/<image>; each is evaluated with every model.'),
    by: z
      .string()
      .min(1)
      .optional()
      .describe('Column of their manifest.csv: the figures again for each of its values.'),
    candidates: z
      .array(modelReference)
      .default([])
      .describe(
        'Models besides those in use, for instance alexnet@candidate; one that is not there is left out.',
      ),
    folder: folder
      .optional()
      .describe('Where reports go; without it, planned-evaluations/ in the state folder.'),
    keepReports: z.int().min(1).max(1000).default(30).describe('Older reports are removed.'),
    threads: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('Workers and decoding threads of an evaluation; without it, half as many as cores.'),
    promote: promoteSchema.describe('Promotion of a candidate that is better than the model in use.'),
  })
  .prefault({});

const gateSchema = z.strictObject({
  figure: z
    .enum(GATE_FIGURES)
    .describe('As metrics.json has it; lower is better for quadraticLoss and expectedCalibrationError.'),
  class: figureClass,
  model: z.string().min(1).optional().describe('Name of the model that it is for; without it, every one.'),
  min: z.number().min(0).max(2).optional().describe('Smallest value that passes.'),
  max: z.number().min(0).max(2).optional().describe('Largest value that passes.'),
  maxFall: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe('By so much it may be worse than that of the promoted version, where that is evaluated too.'),
});

export const evaluationSchema = z
  .strictObject({
    gates: z
      .array(gateSchema)
      .default([])
      .describe('What figures must reach: when one is missed, smearwatch evaluate exits 1.'),
    schedule: scheduleSchema.describe('Evaluations that the daemon runs by itself, behind live images.'),
  })
  .prefault({});
