import { describe } from "vitest";
import { itAgrees } from "../support/agreement.ts";

describe("circuit temperature, 210 readings", () => {
  itAgrees(210, 250, 0x62617463);
});
