import sharp from 'sharp';
import { failureOf } from '../errors.js';
import { renderFile } from './render-file.js';
import type { SmearReply, SmearTask } from './task.js';

// One image per thread at a time: libvips' own threads would only compete for the cores.
sharp.concurrency(1);
sharp.cache(false);

/**
 * The generator's piscina task. It never throws, because errors lose their class on the way to another
 * thread.
 */
export default async function drawTask(task: SmearTask): Promise<SmearReply> {
  try {
    return { ok: true, smear: await renderFile(task) };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}
