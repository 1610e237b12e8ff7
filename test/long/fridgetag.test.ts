import { expect, it } from "vitest";
import { verifyFridgetag } from "../../src/import/fridgetag-signature.ts";
import { Q_TAG, fixture } from "../import/logger.ts";
import { refused } from "../input/refused.ts";

it("refuses the Q-tag export with any one of its bytes changed", () => {
  const bytes = fixture(Q_TAG);
  for (let position = 0; position < bytes.length; position++) {
    const changed = Buffer.from(bytes);
    changed[position] = (changed[position] ?? 0) ^ (1 << (position % 8));
    expect(refused(() => verifyFridgetag(changed, "f.txt")).code, `byte ${position}`).toBe("device-signature");
  }
});
