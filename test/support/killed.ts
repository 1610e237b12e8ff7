import fs from "node:fs";
import promises, { open, type FileHandle } from "node:fs/promises";
import http from "node:http";
import { registerHooks, syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { isMainThread } from "node:worker_threads";

/**
 * For `node --import`: names every call of a command that changes something outside of the process, on the disk, in SQLite or
 * at a node, in the file of KILL_CALLS, and kills the process at call KILL_AT, from 0: before it, or half-way if KILL_HALF is
 * set. Half of a write is written; a request was answered, and nobody heard the answer. Half of any other call is no state of
 * its own: it is done or it is not, as before it and before the next one. Threads that the command starts are left alone.
 */

const { KILL_CALLS, KILL_AT, KILL_HALF, KILL_PROOF } = process.env;
// Processes that the command starts are not counted.
for (const name of ["KILL_CALLS", "KILL_AT", "KILL_HALF"]) Reflect.deleteProperty(process.env, name);
const log = KILL_CALLS !== undefined && isMainThread ? fs.openSync(KILL_CALLS, "a") : undefined;
const { writeSync, readFileSync } = fs;
let count = 0;

function kill(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

/** Notes a call, and kills before it if this is the one. Returns whether it is to be killed half-way. */
function isHalf(name: string): boolean {
  if (log === undefined) return false;
  writeSync(log, `${name}\n`);
  if (String(count++) !== KILL_AT) return false;
  return KILL_HALF === undefined ? kill() : true;
}

type Call = (this: unknown, ...args: unknown[]) => unknown;

/** Replaces a function of an object. */
function replace(object: object, name: string, by: (original: Call) => Call): void {
  const calls = object as Record<string, Call>;
  const original = calls[name];
  if (original === undefined) throw new Error(`There is no ${name}.`);
  calls[name] = by(original);
}

/** A call that is done or not. */
function watched(
  name: string,
  isCounted: (args: readonly unknown[]) => boolean = () => true,
): (original: Call) => Call {
  return (original) =>
    function (...args) {
      if (isCounted(args)) isHalf(name);
      return original.apply(this, args);
    };
}

/** Opening to read changes nothing. */
function opensToWrite([, flags = "r"]: readonly unknown[]): boolean {
  return typeof flags === "string" && flags !== "r";
}

function half(data: unknown): unknown {
  if (typeof data === "string") return data.slice(0, data.length / 2);
  return data instanceof Uint8Array ? data.subarray(0, data.length / 2) : data;
}

/** Sets the watch. */
async function watch(): Promise<void> {
  for (const name of ["rename", "link", "unlink", "mkdir", "rm", "chmod", "symlink", "truncate", "copyFile", "cp"]) {
    replace(promises, name, watched(name));
    replace(fs, `${name}Sync`, watched(name));
  }
  replace(promises, "open", watched("open", opensToWrite));
  replace(fs, "openSync", watched("open", opensToWrite));
  for (const name of ["writeFile", "appendFile"]) {
    replace(promises, name, watched(name));
    replace(fs, `${name}Sync`, watched(name));
  }
  replace(fs, "writeSync", watched("write"));
  replace(fs, "fsyncSync", watched("sync"));

  const file = await open(import.meta.filename);
  const handle = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  for (const name of ["sync", "datasync", "truncate", "chmod"]) replace(handle, name, watched(name));
  for (const name of ["write", "writeFile", "appendFile"]) {
    replace(
      handle,
      name,
      (original) =>
        async function (data, ...rest) {
          if (!isHalf(name)) return original.call(this, data, ...rest);
          await original.call(this, half(data), ...rest);
          return kill();
        },
    );
  }

  for (const name of ["exec", "close"]) replace(DatabaseSync.prototype, name, watched(`sqlite ${name}`));

  replace(
    globalThis,
    "fetch",
    (original) =>
      async function (...args) {
        const isKilled = isHalf("rpc");
        const response = await original.apply(this, args);
        return isKilled ? kill() : response;
      },
  );
  replace(
    http,
    "request",
    (original) =>
      function (...args) {
        const isKilled = isHalf("rpc");
        const request = original.apply(this, args) as http.ClientRequest;
        return isKilled ? request.on("response", kill) : request;
      },
  );

  syncBuiltinESMExports();

  // A proof takes seconds and is drawn anew each time. KILL_PROOF names one that was made before for the same statement.
  if (KILL_PROOF !== undefined) {
    registerHooks({
      load: (url, context, next) =>
        url.endsWith("/src/prover/makeProof.ts")
          ? {
              format: "module",
              shortCircuit: true,
              source: `export const makeProof = async () => (${readFileSync(KILL_PROOF, "utf8")});`,
            }
          : next(url, context),
    });
  }
}

if (isMainThread) await watch();
