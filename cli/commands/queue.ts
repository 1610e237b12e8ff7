import { auditAlone } from "../../src/audit/lineage.ts";
import { queueOf } from "../../src/audit/queue.ts";
import { queueText } from "../../src/audit/queueText.ts";
import { commandOf } from "../../src/commandLine.ts";
import { refuseOverwriting } from "../../src/input/files.ts";
import { addressOf, onChain, sameRegister } from "../chain.ts";
import { flag, required, text, type Options } from "../command.ts";
import { originOf } from "../nodes.ts";
import type { Answer } from "../output.ts";
import { auditOptions, withSecondNode } from "../reader.ts";

/** `qp queue`. */
export async function run(_args: readonly string[], options: Options): Promise<Answer> {
  const registry = addressOf(required(options, "registry"), "--registry");
  const account = addressOf(required(options, "qp"), "--qp");
  const statePath = text(options, "state");
  const outputs = statePath === undefined ? [] : [{ option: "--state", path: statePath }];
  await refuseOverwriting(outputs, text(options, "texts"));
  const how = { ...(await auditOptions(options)), node: originOf(required(options, "rpc")) };
  const { report, unread } = await onChain(options, ({ provider }) =>
    withSecondNode(options, (second) =>
      auditAlone(provider, registry, { ...how, ...second, ...(statePath === undefined ? {} : { statePath }) }),
    ),
  );
  const queue = queueOf(report, account);
  const certify = (owner: string): string =>
    commandOf(
      "certify",
      "DIR",
      "--owner",
      owner,
      "--certificate",
      "FILE",
      ...sameRegister(options),
      "--account",
      account,
    );
  const before = unread === null ? "" : `\n\nThis register follows ${unread}, which was not read.`;
  return {
    text: queueText(queue, certify) + before,
    json: { ...queue, unread },
    exitCode: flag(options, "failOnWaiting") && queue.rows.length > 0 ? 1 : 0,
  };
}
