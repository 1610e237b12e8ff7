import { Type } from "typebox";
import { ADDRESS, CLOSED } from "./shapes.ts";

/** A call that was prepared for its sender (`batchproof-prepared/1`). */
export const PREPARED = Type.Object(
  {
    format: Type.Literal("batchproof-prepared/1"),
    chainId: Type.String(),
    registry: ADDRESS,
    block: Type.Integer({ minimum: 0 }),
    from: ADDRESS,
    to: ADDRESS,
    function: Type.String(),
    arguments: Type.Record(Type.String(), Type.Unknown()),
    data: Type.String(),
  },
  { $id: "Prepared", ...CLOSED },
);
