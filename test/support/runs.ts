/** RUNS_FACTOR of the environment, which `npm run test:all` sets: how many times the usual number of runs to try. */
export function runsFactor(): number {
  return Number(process.env["RUNS_FACTOR"] ?? 1);
}

/** How many generated cases a property tries. */
export function agreementRuns(usual: number): number {
  return usual * runsFactor();
}
