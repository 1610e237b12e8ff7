import { defineCheck, DEVICE, HEX_FIELD, object, TEXT } from "../formats/document.ts";
import { fromHex, shortHash, toHex } from "../formats/field.ts";
import { STAGE_HEAD_FIELDS, stageHead, type StageHead } from "../formats/head.ts";
import { deviceHash, deviceSet, deviceText, textHash, type DeviceId } from "../formats/identity.ts";
import { formatTime } from "../input/times.ts";
import type { Attested, Proven } from "./attested.ts";
import type { DisclosedHandoff } from "./disclosed.ts";
import { misfit } from "./errors.ts";

/** A stage's head, and the texts behind its hashes as far as they are told. */
export interface HandoffJson extends HandoffNames {
  readonly form: "handoff";
  readonly head: Readonly<Record<(typeof STAGE_HEAD_FIELDS)[number], string>>;
}

/** Texts whose hashes a head holds. */
export interface HandoffNames {
  /** The custodian's organisation. */
  readonly org?: string;
  /** Number of the seal. */
  readonly seal?: string;
  /** Of this stage and of the next one, in the order of their slots. */
  readonly devices?: readonly DeviceId[];
  readonly nextDevices?: readonly DeviceId[];
}

const DEVICES = { type: "array", maxItems: 8, items: DEVICE };

/** Whether parsed JSON has the shape. Error `disclosure-file`. */
export const checkHandoff = defineCheck<HandoffJson>(
  object(
    {
      form: { const: "handoff" },
      head: object(Object.fromEntries(STAGE_HEAD_FIELDS.map((field) => [field, HEX_FIELD]))),
      org: TEXT,
      seal: TEXT,
      devices: DEVICES,
      nextDevices: DEVICES,
    },
    ["org", "seal", "devices", "nextDevices"],
  ),
  "disclosure of a hand-off",
  "disclosure-file",
);

/** The disclosure of a stage's head. */
export function discloseHandoff(head: StageHead, names: HandoffNames): HandoffJson {
  const hex = Object.fromEntries(STAGE_HEAD_FIELDS.map((field) => [field, toHex(head[field])]));
  return { form: "handoff", head: hex as HandoffJson["head"], ...names };
}

/**
 * The hand-off that is shown. Errors: `disclosure-head` (it does not give the head that was attested, or is of another batch or
 * stage), `disclosure-record` (it follows another head), `disclosure-name`, `device-id`, `device-set`, `text`, `field`.
 */
export function openHandoff(json: HandoffJson, attested: Attested, proven: Proven): DisclosedHandoff {
  const head = headOf(json);
  const isHere = head.batch === attested.batch && head.stage === BigInt(attested.stage);
  if (!isHere || stageHead(head) !== proven.head) {
    throw misfit("disclosure-head", "The fields do not give the head that was attested of this stage.", "content/head");
  }
  if (head.previous !== proven.record) {
    throw misfit("disclosure-record", "The head follows another one than was attested.", "content/head/previous");
  }
  refuseNames(json, head);
  return { form: "handoff", lines: linesOf(head, json) };
}

function headOf({ head }: HandoffJson): StageHead {
  const field = (name: keyof StageHead): bigint => fromHex(head[name], `#/content/head/${name}`);
  return Object.fromEntries(STAGE_HEAD_FIELDS.map((name) => [name, field(name)])) as unknown as StageHead;
}

function refuseNames({ org, seal, devices, nextDevices }: HandoffJson, head: StageHead): void {
  const setOf = (named: readonly DeviceId[]): bigint => deviceSet(named.map(deviceHash));
  const fits: readonly (readonly [name: string, fits: boolean])[] = [
    ["org", org === undefined || textHash(org) === head.org],
    ["seal", seal === undefined || textHash(seal) === head.seal],
    ["devices", devices === undefined || setOf(devices) === head.deviceSet],
    ["nextDevices", nextDevices === undefined || setOf(nextDevices) === head.nextDeviceSet],
  ];
  const wrong = fits.find(([, isFitting]) => !isFitting);
  if (wrong !== undefined) {
    throw misfit("disclosure-name", "This is not the text whose hash the head holds.", `content/${wrong[0]}`);
  }
}

/** What the head says, in words; times are those that a proven head has. */
function linesOf(head: StageHead, { org, seal, devices, nextDevices }: HandoffJson): string[] {
  const told = (text: string | undefined, hash: bigint): string =>
    text ?? (hash === 0n ? "none" : `not told, hash ${shortHash(toHex(hash))}`);
  const texts = (named: readonly DeviceId[] | undefined): string | undefined => named?.map(deviceText).join(", ");
  const isLast = head.nextKeyHash === 0n;
  return [
    `Stage ${head.stage}: ${formatTime(head.start)} to ${formatTime(head.end)}`,
    `Custodian: organisation ${told(org, head.org)}, key ${shortHash(toHex(head.keyHash))}`,
    `Devices: ${told(texts(devices), head.deviceSet)}`,
    `Seal: ${told(seal, head.seal)}`,
    ...(isLast
      ? ["Nobody takes over."]
      : [
          `Next custodian: key ${shortHash(toHex(head.nextKeyHash))}, from ${formatTime(head.nextStart)}`,
          `Next devices: ${told(texts(nextDevices), head.nextDeviceSet)}`,
        ]),
  ];
}
