import { join } from "node:path";
import { NotificationJournal } from "../../src/notify/journal.ts";
import { Webhook } from "../../src/notify/webhook.ts";

/** Tells one receiver all that the journal of a folder holds, as a process that can be killed. */

const [folder = "", url = ""] = process.argv.slice(2);
const register = { chainId: "31337", registry: `0x${"1".repeat(40)}` };
const journal = await NotificationJournal.open(folder, register);
const settings = { name: "erp", url, secrets: [join(folder, "secret")] };
const now = (): number => Math.floor(Date.now() / 1000);
const webhook = await Webhook.open({ settings, journal, locate: () => [], folder, now });
while (await webhook.step());
await journal.close();
