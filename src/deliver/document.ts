import type { Delivery } from '../ledger/ledger.js';
import type { ResultRecord } from '../record.js';

/** The document that a sink writes for a delivery: the record, under the name of the delivered file. */
export function documentOf({ record, scanner, path }: Delivery): ResultRecord {
  const { image } = record;
  if (image.scanner === scanner && image.path === path) return record;
  return {
    ...record,
    image: { ...image, scanner, path, duplicateOf: { scanner: image.scanner, path: image.path } },
  };
}
