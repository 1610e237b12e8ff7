import { describe } from "vitest";
import { itAgrees } from "../support/agreement.ts";
import { agreementRuns } from "../support/runs.ts";

// Verifies R-temperature-agreement.
describe("circuit temperature, 420 readings", () => {
  itAgrees(420, agreementRuns(60), 0x62617463);
});
