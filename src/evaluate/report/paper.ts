/**
 * The figures of the paper that both networks are from: its Tables 3 and 4, measured on 30 % of its 4,000
 * images. Our images are different ones, so the report shows the paper's figures next to ours without a
 * statistical test.
 */
export const PAPER = {
  images: 4000,
  tested: 1200,
  networks: [
    {
      name: 'LeNet-5',
      colour: '#ccd2d8',
      precision: 0.836,
      recall: 0.853,
      fMeasure: 0.844,
      /** One class against the rest. */
      accuracy: { 'normal-monocyte': 0.9669, 'abnormal-monocyte': 0.9549, lymphocyte: 0.9678 },
      averageAccuracy: 0.9632,
    },
    {
      name: 'AlexNet',
      colour: '#949fa9',
      precision: 0.874,
      recall: 0.889,
      fMeasure: 0.881,
      accuracy: { 'normal-monocyte': 0.9888, 'abnormal-monocyte': 0.979, lymphocyte: 0.9896 },
      averageAccuracy: 0.9858,
    },
  ],
} as const;

export type PaperNetwork = (typeof PAPER.networks)[number];

/** The paper's accuracy for a class; null for a class that the paper does not have. */
export function paperAccuracy(network: PaperNetwork, name: string): number | null {
  return new Map<string, number>(Object.entries(network.accuracy)).get(name) ?? null;
}
