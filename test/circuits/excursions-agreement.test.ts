import { describe } from "vitest";
import { itAgreesOnExcursions } from "../support/agreement.ts";
import { agreementRuns } from "../support/runs.ts";

// Verifies R-temperature-agreement.
describe("template Excursions, 210 readings", () => {
  itAgreesOnExcursions(210, agreementRuns(40), 0x62617463);
});
