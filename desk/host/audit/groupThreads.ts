import type { GroupThreads } from "../../../src/audit/groupThreads.ts";
import type { GroupJob, GroupResult } from "../../../src/audit/groupWorker.ts";

/** Each thread holds the whole worker: more than these would take memory, and verify little faster. */
const MOST_THREADS = 8;

/** As in Node, of the page's worker: each thread is that worker's own file once more, which holds all that is needed. */
export function startGroupThreads(
  onResult: (result: GroupResult) => void,
  onError: (error: Error) => void,
  count: number = Math.min(navigator.hardwareConcurrency, MOST_THREADS),
): GroupThreads {
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(location.href, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<GroupResult>) => onResult(data);
    worker.onerror = ({ message }) => onError(new Error(message));
    return worker;
  });
  return {
    count,
    post: (job: GroupJob) => workers[job.id % count]?.postMessage(job),
    close: () => {
      for (const worker of workers) worker.terminate();
      return Promise.resolve();
    },
  };
}
