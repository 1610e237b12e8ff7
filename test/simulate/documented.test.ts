import { expect, it } from "vitest";
import { documentedFigures, simulatedFigures } from "./documented.ts";

it.each(["one-hospital", "ten-sites"] as const)("documents say of %s what is simulated", (name) => {
  expect(documentedFigures(name)).toEqual(simulatedFigures(name));
});
