import { describe } from "vitest";
import { itAgreesOnExcursions } from "../support/agreement.ts";

describe("template Excursions, 210 readings", () => {
  itAgreesOnExcursions(210, 1500, 0x62617463);
});
