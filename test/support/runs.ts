/**
 * How many generated records an agreement property tries: `usual`, times RUNS_FACTOR of the environment, which
 * `npm run test:long` sets.
 */
export function agreementRuns(usual: number): number {
  return usual * Number(process.env["RUNS_FACTOR"] ?? 1);
}
