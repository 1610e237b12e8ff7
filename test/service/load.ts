import autocannon from "autocannon";

/** A call that is made again and again. */
export interface LoadCall {
  readonly url: string;
  readonly token: string;
  readonly method: "GET" | "POST";
  /** From `/v1`. */
  readonly path: string;
  readonly body?: object;
}

/** What came of a load. Milliseconds are those from a request to the end of its answer. */
export interface Load {
  readonly answered: number;
  /** Answers by their status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Connections that failed, and requests without an answer. */
  readonly errors: number;
  readonly requestsPerSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Of 10 clients at once; `perSecond`: requests of all together, as many as go if it is missing. */
export async function load(
  { url, token, method, path, body }: LoadCall,
  { seconds, perSecond }: { readonly seconds: number; readonly perSecond?: number },
): Promise<Load> {
  const { latency, requests, errors, timeouts, statusCodeStats } = await autocannon({
    ...{ url: new URL(path, url).href, method, duration: seconds, connections: 10 },
    ...(perSecond === undefined ? {} : { overallRate: perSecond }),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const statuses = Object.entries(statusCodeStats ?? {}).map(([status, { count = 0 }]) => [status, count] as const);
  return {
    answered: statuses.reduce((sum, [, count]) => sum + count, 0),
    statuses: Object.fromEntries(statuses),
    errors: errors + timeouts,
    requestsPerSecond: requests.average,
    medianMs: latency.p50,
    p99Ms: latency.p99,
  };
}
