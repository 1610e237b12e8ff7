import { edwards } from "@noble/curves/abstract/edwards.js";
import { FIELD } from "./field.ts";

/** BabyJubJub as circomlib has it: a x² + y² = 1 + d x² y² over the scalar field of BN254 (EIP-2494). */
export const CURVE = {
  p: FIELD,
  n: 2736030358979909402780800718157159386076813972158567259200215660948447373041n,
  h: 8n,
  a: 168700n,
  d: 168696n,
  // circomlib's Base8, of prime order n.
  Gx: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  Gy: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
} as const;

/** Its points. noble's own instance comes with five other curves and their tables. */
export const Point = edwards(CURVE);
