import { describe } from "vitest";
import { itAgrees, itAgreesOnExcursions } from "../support/agreement.ts";

describe("circuit temperature, 420 readings", () => {
  itAgrees(420, 5000, 0x6c6f6e67);
  itAgreesOnExcursions(210, 20_000, 0x6c6f6e67);
});
