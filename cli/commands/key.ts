import { Option } from "commander";
import { BatchproofError } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { keyHash } from "../../src/formats/identity.ts";
import {
  createKey,
  isKeyAsAsked,
  KEY_ROLES,
  readKeyFile,
  saveKey,
  unlockKey,
  type KeyDescription,
} from "../../src/parties/keys.ts";
import { answers, required, text, type Options, type AddCommands } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { newPassphrase, passphrase } from "../passphrase.ts";

/** `key`: the signing keys of people and gateways. */
export const addKeyCommands: AddCommands = (program, give) => {
  const key = program.command("key").description("signing keys of custodians, sources and laboratories");
  answers(
    key
      .command("new")
      .description("make a key pair, encrypted under the passphrase in BATCHPROOF_PASSPHRASE or asked for")
      .addOption(new Option("--role <role>", "what the key signs as").choices(KEY_ROLES).makeOptionMandatory())
      .requiredOption("--name <text>", "who holds it, as the party list will name it")
      .requiredOption("--org <text>", "legal entity or site id")
      .requiredOption("--out <file>", "new key file; an existing file is never overwritten")
      .option("--predecessor <keyfile>", "custodian key of the same organisation whose site secret it takes over"),
    give,
    create,
  );
  answers(key.command("show <file>").description("the open part of a key file"), give, show);
};

async function create(_args: readonly string[], options: Options): Promise<Answer> {
  const predecessor = text(options, "predecessor");
  const unlocked = predecessor === undefined ? undefined : await unlockKey(predecessor, await passphrase(predecessor));
  const asked = {
    name: required(options, "name"),
    role: required(options, "role") as KeyDescription["role"],
    org: required(options, "org"),
    passphrase: await newPassphrase(),
    ...(unlocked === undefined ? {} : { predecessor: unlocked }),
  };
  const out = required(options, "out");
  const file = await createKey(asked);
  const already = await saveKey(out, file).then(
    () => false,
    async (error: unknown) => {
      if (!(error instanceof BatchproofError && error.code === "key-exists")) throw error;
      if (await isKeyAsAsked(out, asked).catch(() => false)) return true;
      throw error;
    },
  );
  const { text: lines, json } = described(out, await readKeyFile(out));
  return already
    ? { text: `Already done: this key was made before, under the same passphrase.\n${lines}`, json }
    : { text: lines, json };
}

async function show([file = ""]: readonly string[]): Promise<Answer> {
  return described(file, await readKeyFile(file));
}

function described(file: string, { name, role, org, public: { x, y } }: KeyDescription): Answer {
  const key = { file, name, role, org, keyHash: toHex(keyHash({ x, y })), public: { x: toHex(x), y: toHex(y) } };
  return {
    text: fieldLines({
      file,
      name,
      role,
      org,
      "key hash": key.keyHash,
      "public x": key.public.x,
      "public y": key.public.y,
    }),
    json: key,
  };
}
