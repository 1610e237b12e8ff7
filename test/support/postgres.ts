import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended } from "./child.ts";
import { releaseAfterFile } from "./release.ts";

const VERSIONS = "/usr/lib/postgresql";
const BINARIES = existsSync(VERSIONS)
  ? readdirSync(VERSIONS)
      .map((version) => join(VERSIONS, version, "bin"))
      .findLast((folder) => existsSync(join(folder, "initdb")))
  : undefined;

/** Why there is no database; undefined: there is one. */
export const noPostgres = BINARIES === undefined ? "PostgreSQL is not installed (Debian: postgresql)" : undefined;

/** PostgreSQL refuses to run as root: then it runs as the user that Debian made for it. */
function asItsUser(command: string, args: readonly string[]): [string, string[]] {
  const program = join(BINARIES ?? "", command);
  return process.getuid?.() === 0 ? ["runuser", ["-u", "postgres", "--", program, ...args]] : [program, [...args]];
}

/** A database of one test file. */
export interface Postgres {
  readonly url: string;
  /** Ends it as a power cut does, and waits. */
  readonly crash: () => Promise<void>;
  /** Starts it again, on the same port. */
  readonly start: () => Promise<void>;
  /** Takes all data away and starts anew. */
  readonly lose: () => Promise<void>;
}

/** Starts PostgreSQL on a free port of this machine; it goes with the test file. */
export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), "batchproof-postgres-"));
  if (process.getuid?.() === 0) {
    const [user, group] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, "postgres"]).toString()));
    chownSync(folder, user ?? 0, group ?? 0);
  }
  const data = join(folder, "data");
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "fsync=off"];
    const [command, args] = asItsUser("postgres", ["-D", data, ...settings.flatMap((setting) => ["-c", setting])]);
    server = spawn(command, args, { stdio: "ignore", cwd: folder });
    await untilReady(port);
  };
  const crash = async (): Promise<void> => {
    const [command, args] = asItsUser("pg_ctl", ["-D", data, "stop", "-m", "immediate"]);
    execFileSync(command, args, { stdio: "ignore", cwd: folder });
    if (server !== undefined) await ended(server);
  };
  const init = (): void => {
    const [command, args] = asItsUser("initdb", ["-D", data, "-U", "batchproof", "-A", "trust", "--no-sync"]);
    execFileSync(command, args, { stdio: "ignore", cwd: folder });
  };
  init();
  releaseAfterFile(() => {
    try {
      const [command, args] = asItsUser("pg_ctl", ["-D", data, "stop", "-m", "immediate"]);
      execFileSync(command, args, { stdio: "ignore", cwd: folder });
    } catch {
      // It is down already.
    }
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  const lose = async (): Promise<void> => {
    await crash();
    rmSync(data, { recursive: true });
    init();
    await start();
  };
  return { url: `postgres://batchproof@127.0.0.1:${port}/postgres`, crash, start, lose };
}

/** A port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function untilReady(port: number): Promise<void> {
  for (let times = 0; times < 300; times++) {
    try {
      execFileSync(join(BINARIES ?? "", "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", `${port}`]);
      return;
    } catch {
      await new Promise((rested) => setTimeout(rested, 100));
    }
  }
  throw new Error("PostgreSQL did not start");
}
