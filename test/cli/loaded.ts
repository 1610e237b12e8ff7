import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import process from "node:process";

/** For `node --import`: writes to the file of LOADED which modules the program loaded, and who compiled WebAssembly. */

const loaded: string[] = [];
const compiledBy: string[] = [];

registerHooks({
  load: (url, context, next) => {
    loaded.push(url);
    return next(url, context);
  },
});

/** The caller's caller: one line of the stack. */
function note(): void {
  compiledBy.push(new Error().stack?.split("\n")[3]?.trim() ?? "");
}

const api = (globalThis as unknown as { WebAssembly: Record<string, (...args: unknown[]) => unknown> }).WebAssembly;
for (const name of ["compile", "instantiate"]) {
  const original = api[name];
  api[name] = (...args) => {
    note();
    return original?.(...args);
  };
}
api["Module"] = new Proxy(api["Module"] as unknown as new (...args: unknown[]) => object, {
  construct: (target, args: unknown[]) => {
    note();
    return new target(...args);
  },
}) as unknown as (...args: unknown[]) => unknown;

process.on("exit", () => writeFileSync(process.env["LOADED"] ?? "", JSON.stringify({ loaded, compiledBy })));
