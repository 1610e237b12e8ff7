import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { Remote } from "../../src/queue/remote.ts";
import { refusedAsync } from "../input/refused.ts";

// A proof of minutes is not thrown away because somebody writes into the folder at that moment.
it("a worker comes again where another command writes or another worker has the job, and not where the job is over", async () => {
  let code = "";
  const server = createServer((_, answer) => answer.writeHead(409).end(JSON.stringify({ code, title: "No." })));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const remote = new Remote({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    const said: Record<string, string | undefined> = {};
    for (code of ["locked", "job-taken", "job-state"]) {
      said[code] = (await refusedAsync(remote.renew("0".repeat(32)))).code;
    }
    expect(said).toEqual({ locked: "server-silent", "job-taken": "server-silent", "job-state": "server-refused" });
  } finally {
    server.close();
  }
});
