import type { CellClass } from '../images.js';
import type { Random } from '../random.js';

export type NucleusForm = 'round' | 'oval' | 'kidney' | 'horseshoe' | 'lobulated' | 'folded';

/**
 * Properties of one white cell, after Bain, *Blood Cells*, and the ICSH's definition of blasts and
 * promonocytes (Goasguen et al., Haematologica 2009). Each class has its rule and its exceptions, which
 * overlap with the neighbours' ranges: a size, a shape or a colour alone does not identify the class.
 */
export interface Anatomy {
  /** Diameter of a circle of the cell's area, in scanner pixels. */
  readonly diameter: number;
  readonly elongation: number;
  readonly roughness: number;
  /** Number of bulges of the cytoplasm (pseudopods, blebs). */
  readonly bulges: number;
  /** Nucleus area over cell area. */
  readonly nucleusShare: number;
  readonly form: NucleusForm;
  /** Position of the nucleus: 0 central, 1 against the membrane. */
  readonly eccentricity: number;
  /** Density of the chromatin relative to the slide's. */
  readonly chromatin: number;
  /** Contrast of three patterns: strands around pale gaps, heavy blocks, fine dust. */
  readonly lacy: number;
  readonly clumped: number;
  readonly fine: number;
  readonly nucleoli: number;
  readonly nucleolusContrast: number;
  /** Number of deep folds, drawn as dark creases. */
  readonly creases: number;
  /** Colour of the cytoplasm: 0 grey-blue, 1 deep blue. */
  readonly basophilia: number;
  /** Density of the cytoplasm relative to the slide's. */
  readonly cytoplasm: number;
  readonly vacuoles: number;
  /** Density of azurophilic dust. */
  readonly dust: number;
}

export function makeAnatomy(cellClass: CellClass, random: Random): Anatomy {
  switch (cellClass) {
    case 'normal-monocyte':
      return normalMonocyte(random);
    case 'abnormal-monocyte':
      return abnormalMonocyte(random);
    case 'lymphocyte':
      return lymphocyte(random);
    default:
      return cellClass satisfies never;
  }
}

/**
 * Normal monocyte: indented nucleus, lacy chromatin, plenty of grey-blue cytoplasm with vacuoles and dust.
 */
function normalMonocyte(random: Random): Anatomy {
  const isYoung = random.chance(0.13);
  return {
    diameter: clamp(random.normal(400, 42), 300, 520),
    elongation: random.uniform(1, 1.35),
    roughness: random.uniform(0.02, 0.07),
    bulges: random.chance(0.4) ? random.integer(1, 3) : 0,
    nucleusShare: isYoung ? random.uniform(0.55, 0.72) : random.uniform(0.34, 0.56),
    form: isYoung ? pick(random, ['round', 'oval', 'kidney']) : pick(random, MONOCYTE_FORMS),
    eccentricity: random.uniform(0.1, 0.8),
    chromatin: random.uniform(0.8, 1.1),
    lacy: random.uniform(0.2, 0.42),
    clumped: random.uniform(0.08, 0.22),
    fine: random.uniform(0.05, 0.12),
    nucleoli: random.chance(0.06) ? 1 : 0,
    nucleolusContrast: random.uniform(0.08, 0.2),
    creases: random.chance(0.35) ? 1 : 0,
    basophilia: random.uniform(0, isYoung ? 0.45 : 0.28),
    cytoplasm: random.uniform(0.7, 1.15),
    vacuoles: random.chance(0.6) ? random.integer(1, 9) : 0,
    dust: random.uniform(0.1, 0.5),
  };
}

const MONOCYTE_FORMS: readonly NucleusForm[] = [
  'kidney',
  'kidney',
  'kidney',
  'horseshoe',
  'horseshoe',
  'lobulated',
  'lobulated',
  'folded',
];

/** Blast or promonocyte: little, blue cytoplasm, fine chromatin, nucleoli, an irregular or folded nucleus. */
function abnormalMonocyte(random: Random): Anatomy {
  const isPromonocyte = random.chance(0.3);
  const isSmall = !isPromonocyte && random.chance(0.12);
  return {
    diameter: isSmall ? random.uniform(280, 350) : clamp(random.normal(400, 45), 305, 520),
    elongation: random.uniform(1, 1.28),
    roughness: random.uniform(0.025, 0.07),
    bulges: random.chance(0.2) ? random.integer(1, 2) : 0,
    nucleusShare: isPromonocyte ? random.uniform(0.52, 0.7) : random.uniform(0.64, 0.86),
    form: pick(
      random,
      isPromonocyte
        ? ['folded', 'kidney', 'folded', 'lobulated']
        : ['folded', 'folded', 'oval', 'round', 'kidney'],
    ),
    eccentricity: random.uniform(0.2, 1),
    chromatin: random.uniform(0.68, 0.98),
    lacy: random.uniform(0.02, 0.12),
    clumped: random.uniform(0.02, 0.12),
    fine: random.uniform(0.1, 0.2),
    nucleoli: random.chance(0.12) ? 0 : random.integer(1, 3),
    nucleolusContrast: random.uniform(0.06, 0.34),
    creases: random.integer(0, isPromonocyte ? 3 : 2),
    basophilia: isPromonocyte ? random.uniform(0.25, 0.7) : random.uniform(0.45, 1),
    cytoplasm: random.uniform(0.75, 1.1),
    vacuoles: random.chance(0.22) ? random.integer(1, 4) : 0,
    dust: isPromonocyte ? random.uniform(0.05, 0.4) : random.uniform(0, 0.15),
  };
}

/**
 * Lymphocyte: small, round, dense, blocky nucleus in a thin pale-blue rim; the reactive form is large with a
 * wide, bluer skirt.
 */
function lymphocyte(random: Random): Anatomy {
  const isReactive = random.chance(0.16);
  return {
    diameter: isReactive ? random.uniform(310, 410) : clamp(random.normal(275, 28), 215, 345),
    elongation: random.uniform(1, isReactive ? 1.35 : 1.18),
    roughness: random.uniform(0.012, isReactive ? 0.06 : 0.04),
    bulges: random.chance(isReactive ? 0.35 : 0.15) ? 1 : 0,
    nucleusShare: isReactive ? random.uniform(0.42, 0.68) : random.uniform(0.62, 0.9),
    form: pick(
      random,
      isReactive ? ['oval', 'round', 'kidney', 'folded'] : ['round', 'round', 'round', 'oval', 'kidney'],
    ),
    eccentricity: random.uniform(0.1, 0.9),
    chromatin: isReactive ? random.uniform(0.9, 1.2) : random.uniform(1.0, 1.5),
    lacy: random.uniform(0, 0.1),
    clumped: random.uniform(0.12, 0.28),
    fine: random.uniform(0.05, 0.12),
    nucleoli: random.chance(isReactive ? 0.25 : 0.05) ? 1 : 0,
    nucleolusContrast: random.uniform(0.08, 0.22),
    creases: random.chance(0.15) ? 1 : 0,
    basophilia: isReactive ? random.uniform(0.25, 0.8) : random.uniform(0.15, 0.6),
    cytoplasm: random.uniform(0.6, 1),
    vacuoles: random.chance(0.06) ? random.integer(1, 2) : 0,
    dust: random.chance(0.15) ? random.uniform(0.1, 0.3) : 0,
  };
}

function pick(random: Random, forms: readonly NucleusForm[]): NucleusForm {
  return forms[random.integer(0, forms.length - 1)] ?? 'round';
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
