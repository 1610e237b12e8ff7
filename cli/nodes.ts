import { SECOND_NODE } from "../src/audit/secondNode.ts";
import { inputError } from "../src/errors.ts";
import { required, text, type Options } from "./command.ts";

/** What a node is called: a longer URL may hold an access key. */
export function originOf(url: string): string {
  return URL.parse(url)?.origin ?? "";
}

/** The node of --second-rpc; undefined: none was named. Error `rpc`: it is that of --rpc once more. */
export function secondRpcOf(options: Options): string | undefined {
  const url = text(options, "secondRpc");
  if (url === undefined || machineOf(originOf(url)) !== machineOf(originOf(required(options, "rpc")))) return url;
  throw inputError("This is the node of --rpc once more: it says what it said.", {
    place: SECOND_NODE,
    remedy: "Name a node that somebody else runs.",
    code: "rpc",
  });
}

/** Whatever this machine calls itself, it is one node at one port. */
function machineOf(origin: string): string {
  return origin.replace(/^(https?:\/\/)(?:localhost|127\.[0-9.]+|\[::1\])(?=:|$)/, "$1localhost");
}
