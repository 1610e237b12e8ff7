import { expect, it } from "vitest";
import { documentedFigures, simulatedFigures } from "../simulate/documented.ts";

it("documents say of 100,000 batches a year what is simulated", () => {
  expect(documentedFigures("hundred-thousand")).toEqual(simulatedFigures("hundred-thousand"));
});
