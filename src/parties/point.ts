import { inputError } from "../errors.ts";
import { Point } from "../formats/babyJubJub.ts";
import { FIELD } from "../formats/field.ts";
import type { PublicKey } from "../formats/identity.ts";

/**
 * Refuses a public key that is not a point of BabyJubJub's prime subgroup with coordinates below the field's order, or that
 * is its identity (`party-key`): with any other point a signature says nothing about who knows the private key.
 */
export function checkKey(key: PublicKey, place: string): void {
  if (!isPrimeOrder(key)) {
    throw inputError("This public key is not a point of BabyJubJub's prime subgroup.", {
      code: "party-key",
      place,
      remedy: "Take the key from the key file's `public` part.",
    });
  }
}

function isPrimeOrder(key: PublicKey): boolean {
  // Otherwise one key had several spellings, and counted as several.
  if (![key.x, key.y].every((coordinate) => coordinate >= 0n && coordinate < FIELD)) return false;
  const point = Point.fromAffine(key);
  try {
    // Off the curve, or the identity.
    point.assertValidity();
  } catch {
    return false;
  }
  return point.isTorsionFree();
}
