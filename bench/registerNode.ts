import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { compiled } from "../src/chain/contracts.ts";
import { CONTRACT_OF, type Register } from "../src/chain/handles.ts";
import { CHAIN_ID, hashOf, hex, simulateRegister, type SimulatedRegister } from "./simulatedRegister.ts";

/** A JSON-RPC node that serves a simulated register as a public node does: with a limit on the logs of one answer. */

/** Logs of one answer at most. */
const MOST_LOGS = 10_000;

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

class Refused extends Error {}

/** Serves a register on a free port. */
export async function serveRegister(
  register: SimulatedRegister,
): Promise<{ readonly url: string; readonly server: Server }> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Request | Request[];
    const answers = Array.isArray(body) ? body.map((each) => answer(register, each)) : answer(register, body);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answers));
  };
  const server = createServer((request, response) => void serve(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function answer(register: SimulatedRegister, { id, method, params }: Request): object {
  try {
    return { jsonrpc: "2.0", id, result: resultOf(register, method, params) };
  } catch (error) {
    return { jsonrpc: "2.0", id, error: { code: -32005, message: error instanceof Error ? error.message : "" } };
  }
}

function resultOf(register: SimulatedRegister, method: string, params: readonly unknown[]): unknown {
  switch (method) {
    case "eth_chainId":
      return hex(Number(CHAIN_ID));
    case "eth_getCode":
      return "0x01";
    case "eth_getBlockByNumber":
      return blockOf(register, String(params[0]));
    case "eth_getLogs":
      return logsOf(register, params[0] as { fromBlock: string; toBlock: string });
    case "eth_call":
      return callOf(register, params[0] as { to: string; data: string });
    default:
      throw new Refused(`no method ${method}`);
  }
}

function blockOf({ logs, timeOf }: SimulatedRegister, tag: string): object {
  const number = tag === "latest" ? logs.length - 1 : Number(tag);
  return {
    number: hex(number),
    hash: hashOf(number),
    parentHash: hashOf(number - 1),
    timestamp: hex(timeOf(number)),
    nonce: "0x0000000000000000",
    difficulty: "0x0",
    gasLimit: "0x1",
    gasUsed: "0x0",
    miner: `0x${"0".repeat(40)}`,
    extraData: "0x",
    transactions: [],
  };
}

function logsOf({ logs }: SimulatedRegister, { fromBlock, toBlock }: { fromBlock: string; toBlock: string }): object[] {
  const found = logs.slice(Number(fromBlock), Number(toBlock) + 1).flat();
  if (found.length > MOST_LOGS) throw new Refused(`query returned more than ${MOST_LOGS} results`);
  return found;
}

const PARTS = Object.keys(CONTRACT_OF) as (keyof Register)[];

function callOf(
  { addresses, answer: answerOf }: SimulatedRegister,
  { to, data }: { to: string; data: string },
): string {
  const part = PARTS.find((each) => addresses[each].toLowerCase() === to.toLowerCase());
  if (part === undefined) throw new Refused("no contract there");
  const contract = CONTRACT_OF[part];
  const { interface: abi } = compiled(contract);
  const call = abi.parseTransaction({ data });
  if (call === null) throw new Refused("no such view");
  return abi.encodeFunctionResult(call.name, answerOf(contract, call.name, [...call.args]));
}

// As a process of its own: says its address, and the register's, in one line of JSON.
if (process.argv[1] === import.meta.filename) {
  const register = await simulateRegister({ batches: Number(process.argv[2]) });
  const { url } = await serveRegister(register);
  process.stdout.write(`${JSON.stringify({ url, registry: register.addresses.registry })}\n`);
}
