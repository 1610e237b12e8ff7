import { describe } from "vitest";
import { itAgrees } from "../support/agreement.ts";

describe("circuit temperature, 420 readings", () => {
  itAgrees(420, 20_000, 0x6c6f6e67);
});
