import { access, constants } from "node:fs/promises";
import type { FastifyInstance } from "fastify";

/** Something without which the service can do less. */
export interface Readiness {
  readonly name: string;
  /** Whether it answers now. What it throws, and longer than a few seconds, is a no. */
  readonly isReady: () => Promise<boolean>;
}

/** How long one of them may take, in milliseconds. */
const MOST_WAIT = 3000;
/** Whoever asks more often is told the last answer: anybody may ask. */
const MOST_AGE = 1000;

/** `/health` says that the process answers, `/ready` whether all of `readiness` does. Neither takes a caller. */
export function addHealth(app: FastifyInstance, readiness: readonly Readiness[]): void {
  let last: { readonly at: number; readonly answer: ReturnType<typeof askAll> } | undefined;
  const asked = (): ReturnType<typeof askAll> => {
    if (last === undefined || Date.now() - last.at > MOST_AGE) last = { at: Date.now(), answer: askAll(readiness) };
    return last.answer;
  };
  const schema = { hide: true };
  app.get("/health", { schema }, () => ({ status: "alive" }));
  app.get("/ready", { schema }, async (_request, reply) => {
    const checks = await asked();
    const isReady = Object.values(checks).every((each) => each);
    return await reply.status(isReady ? 200 : 503).send({ status: isReady ? "ready" : "not ready", checks });
  });
}

async function askAll(readiness: readonly Readiness[]): Promise<Record<string, boolean>> {
  const answers = await Promise.all(
    readiness.map(async ({ name, isReady }) => [name, await answered(isReady)] as const),
  );
  return Object.fromEntries(answers);
}

async function answered(isReady: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), MOST_WAIT);
  });
  try {
    return await Promise.race([isReady(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a folder can be written. */
export function writable(folder: string): Readiness {
  return {
    name: "data",
    isReady: () =>
      access(folder, constants.W_OK).then(
        () => true,
        () => false,
      ),
  };
}
