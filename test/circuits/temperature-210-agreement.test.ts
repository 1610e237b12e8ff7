import { describe } from "vitest";
import { itAgrees } from "../support/agreement.ts";
import { agreementRuns } from "../support/runs.ts";

// Verifies R-temperature-agreement.
describe("circuit temperature, 210 readings", () => {
  itAgrees(210, agreementRuns(24), 0x6261746b);
});
