import { ofChain } from "../../src/chain/revert.ts";
import { readCircuitList } from "../../src/audit/circuits.ts";
import { readPacket } from "../../src/packet/files.ts";
import { verifyPacket, type PacketReader, type VerifiedPacket } from "../../src/packet/verify.ts";
import { addressOf, onChain } from "../chain.ts";
import { text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";

/** `verify-packet`. */
export async function verify([path = ""]: readonly string[], options: Options): Promise<Answer> {
  const [meant, circuits] = [text(options, "registry"), text(options, "circuits")];
  const reader: PacketReader = {
    ...(meant === undefined ? {} : { registry: addressOf(meant, "--registry") }),
    ...(circuits === undefined ? {} : { circuits: await readCircuitList(circuits) }),
  };
  const files = await readPacket(path);
  const { packet, checked, unchecked } = await (text(options, "rpc") === undefined
    ? offline(() => verifyPacket(files, path, reader))
    : onChain(options, ({ provider }) => verifyPacket(files, path, { ...reader, provider })));
  const { registry, chainId, block, hash, time, version } = packet;
  const named = { register: registry, chain: chainId, block: `${block}, ${time}`, hash, "made by": version };
  return {
    text: [fieldLines(named), ...listed("Checked", checked), ...listed("By its maker's word alone", unchecked)].join(
      "\n",
    ),
    json: { registry, chainId, block, hash, time, version, checked, unchecked },
  };
}

function listed(title: string, sentences: readonly string[]): string[] {
  return [`${title}:`, ...sentences.map((each) => `  ${each}`)];
}

async function offline(run: () => Promise<VerifiedPacket>): Promise<VerifiedPacket> {
  try {
    return await run();
  } catch (error) {
    throw ofChain(error);
  }
}
