import { lookup as resolve } from "node:dns/promises";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { environmentError, inputError } from "../errors.ts";

/** Milliseconds within which a receiver must have answered. */
const TIMEOUT = 10_000;

/**
 * Networks that are somebody's own, or nobody's: a name that leads there could make this machine speak to its neighbours. Two lists:
 * a rule of IPv6 over `::ffff:0:0/96` would hold of every IPv4 address in one.
 */
const PRIVATE = {
  4: listOf("ipv4", [
    ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
    ...["192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"],
  ]),
  // All that is no global unicast (2000::/3), and of that what is for documents, or holds an IPv4 address.
  6: listOf("ipv6", ["::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16"]),
} as const;

function listOf(family: "ipv4" | "ipv6", networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

const LOOPBACK = ["127.0.0.1", "[::1]", "localhost"];

/** Where a webhook goes. */
export interface Target {
  readonly url: string;
  /** Whether its address may be of a private network. */
  readonly allowPrivate: boolean;
}

/**
 * The address of a webhook: https, or http to this machine. Error `webhook-address`.
 */
export function targetUrl({ url }: Pick<Target, "url">, place?: string): URL {
  const found = URL.parse(url);
  const isSafe = found?.protocol === "https:" || (found?.protocol === "http:" && LOOPBACK.includes(found.hostname));
  if (found !== null && isSafe && found.username === "" && found.password === "") return found;
  throw inputError("The address of a webhook is neither https nor http to this machine, or holds a password.", {
    code: "webhook-address",
    ...(place === undefined ? {} : { place }),
  });
}

/**
 * Posts a text, follows nothing, and reads nothing of the answer but its status. The address that was judged is the one that is
 * connected to. Errors: `webhook-address`, `webhook-refused` (no answer in time, or any but 2xx).
 */
export async function post(
  target: Target,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeout = TIMEOUT,
): Promise<void> {
  const url = targetUrl(target);
  const address = await addressOf(url, target.allowPrivate);
  const status = await statusOf(url, address, { headers, body, timeout });
  if (status >= 200 && status < 300) return;
  throw environmentError(`The receiver answered ${status}.`, { code: "webhook-refused" });
}

interface Address {
  readonly address: string;
  readonly family: number;
}

async function addressOf({ hostname }: URL, allowPrivate: boolean): Promise<Address> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const isOwn = LOOPBACK.includes(hostname);
  const [first, ...others] = await addressesOf(host);
  if (first === undefined) throw refused("its name has no address");
  if (isOwn || allowPrivate || ![first, ...others].some(isPrivate)) return first;
  throw inputError("The name of a webhook's receiver leads to a private address.", { code: "webhook-address" });
}

async function addressesOf(host: string): Promise<readonly Address[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  try {
    return await resolve(host, { all: true });
  } catch (cause) {
    throw refused("its name is not found", cause);
  }
}

/** Whether no receiver in the open network has this address. */
export function isPrivate({ address, family }: Address): boolean {
  return family === 6 ? PRIVATE[6].check(address, "ipv6") : PRIVATE[4].check(address, "ipv4");
}

function statusOf(
  url: URL,
  { address, family }: Address,
  { headers, body, timeout }: { readonly headers: Readonly<Record<string, string>>; body: string; timeout: number },
): Promise<number> {
  const { promise, resolve: answer, reject } = Promise.withResolvers<number>();
  const pinned: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const length = String(Buffer.byteLength(body));
  const options = {
    ...{ method: "POST", agent: false, lookup: pinned, signal: AbortSignal.timeout(timeout) },
    headers: { ...headers, "content-type": "application/json", "content-length": length },
  };
  const sent = (url.protocol === "https:" ? tlsRequest : plainRequest)(url, options, (response) => {
    answer(response.statusCode ?? 0);
    response.destroy();
  });
  sent.on("error", (cause) => {
    reject(refused("it did not answer", cause));
  });
  sent.end(body);
  return promise;
}

function refused(why: string, cause?: unknown): Error {
  return environmentError(`The receiver was not reached: ${why}.`, { code: "webhook-refused", cause });
}
