import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { concat, dataSlice, getCreateAddress } from "ethers";
import { compiled, immutablesOf } from "../src/chain/contracts.ts";
import { CONTRACT_OF, type Register } from "../src/chain/handles.ts";
import { CHAIN_ID, DEPLOYER, hashOf, hex, simulateRegister, type SimulatedRegister } from "./simulatedRegister.ts";

/** A JSON-RPC node that serves a simulated register as a public node does: with a limit on the logs of one answer. */

/** Logs of one answer at most. */
const MOST_LOGS = 10_000;

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

class Refused extends Error {
  readonly code: number = -32005;
}

class Unknown extends Refused {
  override readonly code = -32601;

  constructor(method: string) {
    super(`the method ${method} does not exist`);
  }
}

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
    const { code, message } = error instanceof Refused ? error : new Refused(String(error));
    return { jsonrpc: "2.0", id, error: { code, message } };
  }
}

function resultOf(register: SimulatedRegister, method: string, params: readonly unknown[]): unknown {
  switch (method) {
    case "eth_chainId":
      return hex(Number(CHAIN_ID));
    case "eth_getCode":
      return codeOf(register, String(params[0]));
    case "eth_getBlockByNumber":
      return blockOf(register, String(params[0]), params[1] === true);
    case "eth_getLogs":
      return logsOf(register, params[0] as { fromBlock: string; toBlock: string });
    case "eth_call":
      return callOf(register, params as [{ to?: string; data: string }, string]);
    default:
      throw new Unknown(method);
  }
}

function blockOf({ logs, timeOf, addresses }: SimulatedRegister, tag: string, isWhole: boolean): object {
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
    transactions: isWhole && number === 0 ? PARTS.map((part) => makingOf(part, addresses[part])) : [],
  };
}

/** The transaction that made a contract. Of its arguments nobody asks: they stand in its code. */
function makingOf(part: keyof Register, address: string): object {
  const isIts = (nonce: number): boolean => getCreateAddress({ from: DEPLOYER, nonce }) === address;
  const nonce = PARTS.findIndex((_, number) => isIts(number));
  return { from: DEPLOYER, to: null, nonce: hex(nonce), input: compiled(CONTRACT_OF[part]).bytecode };
}

function logsOf({ logs }: SimulatedRegister, { fromBlock, toBlock }: { fromBlock: string; toBlock: string }): object[] {
  const found = logs.slice(Number(fromBlock), Number(toBlock) + 1).flat();
  if (found.length > MOST_LOGS) throw new Refused(`query returned more than ${MOST_LOGS} results`);
  return found;
}

const PARTS = Object.keys(CONTRACT_OF) as (keyof Register)[];

function partAt({ addresses }: SimulatedRegister, address: string): keyof Register {
  const part = PARTS.find((each) => addresses[each].toLowerCase() === address.toLowerCase());
  if (part === undefined) throw new Refused("no contract there");
  return part;
}

/** The code as it is built, with what the views say in the places of immutables. */
function codeOf(register: SimulatedRegister, address: string): string {
  const part = partAt(register, address);
  const { interface: abi, deployedBytecode } = compiled(CONTRACT_OF[part]);
  return Object.entries(immutablesOf(CONTRACT_OF[part])).reduce((code, [name, places]) => {
    const word = abi.encodeFunctionResult(name, register.answer(part, name));
    return places.reduce((each, at) => concat([dataSlice(each, 0, at), word, dataSlice(each, at + 32)]), code);
  }, deployedBytecode);
}

function callOf(register: SimulatedRegister, [{ to, data }, tag]: [{ to?: string; data: string }, string]): string {
  // The one question without a contract is for the number of the block.
  if (to === undefined) return `0x${BigInt(tag).toString(16).padStart(64, "0")}`;
  const part = partAt(register, to);
  const { interface: abi } = compiled(CONTRACT_OF[part]);
  const call = abi.parseTransaction({ data });
  if (call === null) throw new Refused("no such view");
  return abi.encodeFunctionResult(call.name, register.answer(part, call.name));
}

// As a process of its own: says its address, and the register's, in one line of JSON.
if (process.argv[1] === import.meta.filename) {
  const register = await simulateRegister({ batches: Number(process.argv[2]) });
  const { url } = await serveRegister(register);
  process.stdout.write(`${JSON.stringify({ url, registry: register.addresses.registry })}\n`);
}
