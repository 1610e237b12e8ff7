import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carrierOf, exactCarrier, gs1Fields, isbt128Fields, isSameCarrier } from "../../src/formats/carrier.ts";
import { refused } from "../input/refused.ts";

const GTIN = "09501101530003";
const GS = "\u001d";

/** Every character that a lot or a serial number may have here. */
const value = fc.stringMatching(/^[!"%&'*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/);

// Verifies R-label-carrier, V306.
describe("a GS1 identifier", () => {
  it.each([
    ["as people read it", `(01)${GTIN}(10)L-7(17)271231(21)S1`],
    ["in another order", `(21)S1(17)271231(01)${GTIN}(10)L-7`],
    ["scanned", `01${GTIN}1727123110L-7${GS}21S1`],
    ["scanned from GS1 DataMatrix", `]d201${GTIN}1727123110L-7${GS}21S1`],
    ["scanned from GS1-128", `]C101${GTIN}10L-7${GS}1727123121S1`],
    [
      "scanned from a GS1 QR Code, with a separator that it need not have",
      `]Q301${GTIN}${GS}21S1${GS}17271231${GS}10L-7`,
    ],
  ])("has one text: %s", (_, text) => {
    expect(carrierOf(text)).toEqual({ scheme: "gs1", text: `(01)${GTIN}(10)L-7(17)271231(21)S1` });
  });

  it("is the same however it is written, and another one if anything differs", () => {
    fc.assert(
      fc.property(value, value, (lot, serial) => {
        const read = carrierOf(`(01)${GTIN}(10)${lot}(21)${serial}`);
        expect(isSameCarrier(carrierOf(`]d201${GTIN}21${serial}${GS}10${lot}`), read)).toBe(true);
        expect(exactCarrier("gs1", read.text, "here")).toEqual(read);
        expect(gs1Fields(read)).toEqual({ gtin: GTIN, lot, serial });
        expect(isSameCarrier(carrierOf(`(01)${GTIN}(10)${serial}(21)${lot}`), read)).toBe(lot === serial);
      }),
    );
  });

  it.each([
    ["a wrong check digit", `(01)09501101530004(21)S1`, "check digit"],
    ["no GTIN", `(10)L(21)S1`, "no GTIN"],
    ["no lot and no serial number", `(01)${GTIN}(17)271231`, "neither a lot"],
    ["a field twice", `(01)${GTIN}(21)S1(21)S2`, "(21) twice"],
    ["a field twice, as scanned", `01${GTIN}21S1${GS}21S2`, "(21) twice"],
    ["another field", `(01)${GTIN}(21)S1(99)X`, "no other"],
    ["another field, as scanned", `01${GTIN}21S1${GS}99X`, "no other"],
    ["a day that no month has", `(01)${GTIN}(17)270230(21)S1`, "no date"],
    ["a month that no year has", `(01)${GTIN}(17)271301(21)S1`, "no date"],
    ["a GTIN of 13 digits", `(01)9501101530003(21)S1`, "Field (01)"],
    ["a serial number of 21 characters", `(01)${GTIN}(21)${"S".repeat(21)}`, "Field (21)"],
    ["an empty serial number", `(01)${GTIN}(21)`, "Field (21)"],
    ["a field in a value", `(01)${GTIN}(21)S1)(10`, "not a GS1 element string"],
    ["a space", `(01)${GTIN}(21)S 1`, "Field (21)"],
    ["a control character", `(01)${GTIN}(21)S\n1`, "Field (21)"],
    ["a look-alike", `(01)${GTIN}(21)\u04051`, "Field (21)"],
    ["digits of another script", `(01)0950110153000\u0663(21)S1`, "Field (01)"],
    ["a separator at its end", `01${GTIN}21S1${GS}`, "separator"],
    ["another symbol's identifier", `]E001${GTIN}21S1`, "neither"],
    ["a link", `https://id.gs1.org/01/${GTIN}/21/S1`, "neither"],
    ["nothing", "", "neither"],
    ["too much", `(01)${GTIN}(21)${"S".repeat(200)}`, "too long"],
  ])("is not read with %s", (_, text, why) => {
    const error = refused(() => carrierOf(text));
    expect([error.code, error.message]).toEqual(["carrier", expect.stringContaining(why)]);
  });

  it("may be of the last day of a month, and of a leap day", () => {
    for (const day of ["270200", "280229", "271231"])
      expect(carrierOf(`(01)${GTIN}(17)${day}(21)S1`).scheme).toBe("gs1");
    expect(refused(() => carrierOf(`(01)${GTIN}(17)270229(21)S1`)).message).toContain("no date");
  });
});

// Verifies R-label-carrier, V306.
describe("an ISBT 128 identifier", () => {
  // The check character is that of the worked example in the Red Book of the UK transfusion services, annex 2.
  it.each([
    ["as printed", "G123 498 654 321 H"],
    ["without its spaces", "G123498654321H"],
    ["in the groups of the standard", "G1234 98 654321 H"],
    ["scanned", "=G12349865432100"],
    ["scanned with its check value as flags", "=G12349865432177"],
    ["scanned from Code 128", "]C0=G12349865432100"],
    ["scanned from Data Matrix", "]d1=G12349865432100"],
  ])("has one text: %s", (_, text) => {
    expect(carrierOf(text)).toEqual({ scheme: "isbt128", text: "G123498654321H" });
  });

  it.each(["=G12349865432100=<S1234A0a", "G1234 98 654321 H S1234A0a", "G123498654321H/S1234A0a"])(
    "has its product code, if that was read too: %j",
    (text) => {
      const carrier = carrierOf(text);
      expect(carrier).toEqual({ scheme: "isbt128", text: "G123498654321H/S1234A0a" });
      expect(isbt128Fields(carrier)).toEqual({ donation: "G123498654321", check: "H", product: "S1234A0a" });
      expect(isSameCarrier(carrier, carrierOf("G123498654321H"))).toBe(false);
    },
  );

  it("is refused with any one character changed, where the check character is read", () => {
    const number = "G123498654321H";
    const place = fc.nat(number.length - 1);
    fc.assert(
      fc.property(place, fc.constantFrom(...Array.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*")), (at, other) => {
        fc.pre(number[at] !== other);
        expect(refused(() => carrierOf(number.slice(0, at) + other + number.slice(at + 1))).code).toBe("carrier");
      }),
    );
  });

  it.each([
    ["without its check character", "G123498654321", "neither"],
    ["in small letters", "g123498654321H", "neither"],
    ["with flags that are another check value", "=G12349865432176", "check character"],
    ["with letters as flags", "=G123498654321AA", "donation number"],
    ["of a facility that begins with O", "=O12349865432100", "donation number"],
    ["with half a product code", "=G12349865432100=<S1234", "donation number"],
    ["with a product code alone", "=<S1234A00", "donation number"],
    ["with a line after it", "=G12349865432100\n", "donation number"],
    ["with two spaces", "G123  498 654 321 H", "neither"],
    ["with a look-alike", "\u0421123498654321H", "neither"],
  ])("is not read %s", (_, text, why) => {
    const error = refused(() => carrierOf(text));
    expect([error.code, error.message]).toEqual(["carrier", expect.stringContaining(why)]);
  });

  it("on a label has its one text, and is of the scheme that the label says", () => {
    expect(exactCarrier("isbt128", "G123498654321H", "here").text).toBe("G123498654321H");
    for (const text of ["=G12349865432100", "G1234 98 654321 H", "G123498654321H S1234A0a"]) {
      const error = refused(() => exactCarrier("isbt128", text, "here"));
      expect([error.code, error.place, error.message]).toEqual(["carrier", "here", expect.stringContaining("one way")]);
    }
    expect(refused(() => exactCarrier("gs1", "G123498654321H", "here")).message).toContain("one way");
  });
});
