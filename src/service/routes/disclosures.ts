import { sha256, toUtf8Bytes } from "ethers";
import { Type, type Static } from "typebox";
import { blockOf } from "../../chain/connect.ts";
import { disclose, type Asked } from "../../claims/disclose.ts";
import { disclosureText } from "../../disclosure/document.ts";
import { inputError } from "../../errors.ts";
import { parseTime } from "../../input/times.ts";
import { claimNamed } from "../../policy/document.ts";
import { disclosureIn, verifiedDisclosure } from "../../standing/verifiedDisclosure.ts";
import { readFor, showing, shownFolder } from "../folders.ts";
import { onRegister, ownedBatch, registerOf } from "../register.ts";
import { route, type Route } from "../route.ts";
import { ADDRESS, BATCH_PARAMS, BATCH_PATH, CLAIM_ID, CLOSED, HEX, TIME } from "../shapes.ts";

const TAG = "disclosures";
const LINE = Type.Integer({ minimum: 1, maximum: 9_999_999_999 });
const ASKED = Type.Union([
  Type.Object({ form: Type.Literal("series"), from: TIME, to: TIME }, CLOSED),
  Type.Object(
    { form: Type.Literal("results"), analytes: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }) },
    CLOSED,
  ),
  Type.Object({ form: Type.Literal("handoff") }, CLOSED),
  Type.Object({ form: Type.Literal("lines"), exception: LINE, first: LINE, last: LINE }, CLOSED),
]);

/** Errors: `disclosure-options`, those of `parseTime`. */
function askedOf(asked: Static<typeof ASKED>): Asked {
  if (asked.form !== "series") return asked;
  const window = { from: parseTime(asked.from, "body#/asked/from"), to: parseTime(asked.to, "body#/asked/to") };
  if (window.from < window.to) return { form: "series", window };
  throw inputError("The window ends before it begins.", { code: "disclosure-options", place: "body#/asked" });
}

const make = route({
  operation: "makeDisclosure",
  method: "POST",
  path: `${BATCH_PATH}/disclosures`,
  permission: "disclosure:make",
  tag: TAG,
  summary: "Makes the disclosure of a part of a claim's evidence.",
  isPrivate: true,
  description:
    "`document` is the file, byte for byte: `sha256` is what an answer to an authority publishes. Nothing is kept.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object(
      { claim: CLAIM_ID, asked: ASKED, rule: Type.Optional(Type.Boolean()), owner: Type.Optional(ADDRESS) },
      CLOSED,
    ),
    reply: Type.Object(
      {
        document: Type.String(),
        sha256: HEX,
        key: HEX,
        claim: Type.Integer(),
        kind: Type.String(),
        rule: Type.Boolean(),
      },
      CLOSED,
    ),
  },
  run: async (call) => {
    const { batch, place } = await readFor(call, "disclosure:make");
    const { claim: id, asked, rule = false, owner } = call.body;
    const claim = claimNamed(batch.policy, id);
    const { registry, chainId } = registerOf(call.service);
    return showing(shownFolder(place), async () => {
      const { key } = await ownedBatch(call.service, batch, owner);
      const on = { chainId: BigInt(chainId), registry, key };
      const { file, shown } = await disclose({ batch, claim }, askedOf(asked), on, rule);
      const document = disclosureText(file);
      const hash = sha256(toUtf8Bytes(document));
      return {
        body: { document, sha256: hash, key, claim: claim.index, kind: shown.kind, rule: shown.rule !== null },
      };
    });
  },
});

const verify = route({
  operation: "verifyDisclosure",
  method: "POST",
  path: "/v1/disclosures/verify",
  permission: "register:audit",
  tag: TAG,
  summary: "Compares a disclosure with what the register has attested, and verifies that proof once more.",
  description: "`valid` is false where nobody should rely on the attestation: `disclosed.doubts` say why.",
  schemas: {
    body: Type.Object({ document: Type.String({ maxLength: 1_000_000 }) }, CLOSED),
    reply: Type.Object(
      { valid: Type.Boolean(), hash: HEX, provenBy: Type.Unknown(), disclosed: Type.Unknown() },
      CLOSED,
    ),
  },
  run: async ({ body, service }) => {
    const read = disclosureIn(toUtf8Bytes(body.document), "body#/document");
    return onRegister(service, async (register, { chainId, provider }) => {
      const at = { blockTag: (await blockOf(provider, "latest")).number };
      const { disclosed, by } = await verifiedDisclosure(read, { register, chainId, at });
      const provenBy = by === undefined ? null : { ...by, circuit: by.circuit ?? null };
      return { body: { valid: disclosed.doubts.length === 0, hash: read.hash, provenBy, disclosed } };
    });
  },
});

/** What is shown of evidence to those who ask, and whether it is what was attested. */
export const DISCLOSURE_ROUTES: readonly Route[] = [make, verify];
