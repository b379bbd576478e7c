import type { ModelIdentity, ResultRecord } from '../record.js';
import type { Database, Statement } from './database.js';

/** Images of a model's window by their true class and what the model said. */
export interface LabelledCount {
  readonly label: string;
  readonly class: string;
  readonly images: number;
}

export interface LabelWindow {
  /** Greatest number of labelled images; the last classified ones are taken. */
  readonly images: number;
  /** None that were classified earlier; milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What the models said of labelled images. */
export class LabelledPredictions {
  readonly #statements: Record<'model' | 'addModel' | 'put' | 'window', Statement>;

  constructor(database: Database) {
    this.#statements = {
      model: database.prepare('SELECT id FROM labelled_models WHERE model = ?'),
      addModel: database.prepare('INSERT INTO labelled_models (model) VALUES (?)'),
      put: database.prepare(`
        INSERT INTO labelled_predictions (sha256, model_id, recorded_at, class, label) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (sha256, model_id) DO UPDATE SET
          recorded_at = excluded.recorded_at, class = excluded.class, label = excluded.label`),
      // Answered from the index alone, of which it reads no more than the window.
      window: database.prepare(`
        SELECT label, class, count(*) AS images FROM (
          SELECT label, class FROM labelled_predictions
          WHERE model_id = ? AND recorded_at >= ? ORDER BY recorded_at DESC LIMIT ?)
        GROUP BY label, class`),
    };
  }

  /** Records the models' predictions of a labelled image, in the caller's transaction. */
  put({ image, models, recordedAt }: ResultRecord, label: string): void {
    for (const model of models) {
      const id = this.#idOf(keyOf(model)) ?? this.#statements.addModel.run(keyOf(model)).id;
      this.#statements.put.run(image.sha256, id, Date.parse(recordedAt), model.class, label);
    }
  }

  /** A model's newest labelled images, counted. */
  window(model: ModelIdentity, { images, sinceMs }: LabelWindow): LabelledCount[] {
    const id = this.#idOf(keyOf(model));
    if (id === undefined) return [];
    return this.#statements.window.all(id, sinceMs, images).map((row) => ({
      label: String(row['label']),
      class: String(row['class']),
      images: Number(row['images']),
    }));
  }

  #idOf(key: string): number | undefined {
    const row = this.#statements.model.get(key);
    return row && Number(row['id']);
  }
}

function keyOf({ name, version, engine, weightsSha256 }: ModelIdentity): string {
  return `${name}@${version}/${engine}/${weightsSha256}`;
}
