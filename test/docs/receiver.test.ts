import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";
import { expect, it } from "vitest";

type Receive = (
  headers: Readonly<Record<string, string>>,
  body: string,
  secret: string,
  taken: Set<string>,
  now: number,
) => unknown;

const [, code = ""] = /```js\n([^`]*(?:`[^`\n]*`[^`]*)*)```/.exec(readFileSync("docs/manufacturers.md", "utf8")) ?? [];
const { receive } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { receive: Receive };

// Verifies R-webhook-signed, V404.
it("V404: the receiver of the manual takes what is signed, now, once", () => {
  const [secret, other] = [1, 2].map((byte) => `whsec_${Buffer.alloc(32, byte).toString("base64")}`) as [
    string,
    string,
  ];
  const [id, now, body] = ["a", 1_900_000_000, '{"type":"test"}'];
  const headersOf = (...secrets: string[]): Record<string, string> => ({
    ...{ "webhook-id": id, "webhook-timestamp": String(now) },
    "webhook-signature": secrets.map((each) => new Webhook(each).sign(id, new Date(1000 * now), body)).join(" "),
  });
  const taken = new Set<string>();
  const headers = headersOf(other, secret);
  const tried = (changes: object, text = body, at = now): (() => unknown) => {
    return () => receive({ ...headers, ...changes }, text, secret, taken, at);
  };
  for (const at of [now + 301, now - 301]) expect(tried({}, body, at)).toThrow("old");
  expect(tried({ "webhook-timestamp": "now" })).toThrow("old");
  expect(tried({ "webhook-timestamp": String(now + 1) })).toThrow("not signed");
  expect(tried({ "webhook-id": "b" })).toThrow("not signed");
  expect(tried({ "webhook-signature": "" })).toThrow("not signed");
  expect(tried(headersOf(other))).toThrow("not signed");
  expect(tried({}, '{"type":"other"}')).toThrow("not signed");
  expect(taken.size).toBe(0);
  expect(tried({}, body, now + 300)()).toEqual({ type: "test" });
  expect(tried({})()).toBeUndefined();
});
