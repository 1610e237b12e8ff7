import { describe } from "vitest";
import { itAgrees } from "../support/agreement.ts";

describe("circuit temperature, 420 readings", () => {
  itAgrees(420, 1000, 0x62617463);
});
