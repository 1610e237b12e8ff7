import { toHex } from "../../src/formats/field.ts";
import { keyHash } from "../../src/formats/identity.ts";
import { unlessSame } from "../../src/input/files.ts";
import {
  createKey,
  isKeyAsAsked,
  readKeyFile,
  saveKey,
  unlockKey,
  type KeyDescription,
} from "../../src/parties/keys.ts";
import { required, text, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { newPassphrase, passphrase } from "../passphrase.ts";

/** `key new`. */
export async function create(_args: readonly string[], options: Options): Promise<Answer> {
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
  const isSame = (): Promise<boolean> => isKeyAsAsked(out, asked).catch(() => false);
  const already = await unlessSame(() => saveKey(out, file), "key-exists", isSame);
  const { text: lines, json } = described(out, await readKeyFile(out));
  return already
    ? { text: `Already done: this key was made before, under the same passphrase.\n${lines}`, json }
    : { text: lines, json };
}

/** `key show`. */
export async function show([file = ""]: readonly string[]): Promise<Answer> {
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
