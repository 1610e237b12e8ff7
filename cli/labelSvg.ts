import encodeQR from "qr";
import { gs1Fields, isbt128Fields } from "../src/formats/carrier.ts";
import type { Label } from "../src/formats/label.ts";
import { escapedMarkup } from "../src/formats/markup.ts";

/** White modules around the code, without which no scanner finds it. */
const QUIET_ZONE = 4;
/** Width of a module on paper in millimetres; scanners ask for a quarter. */
const MODULE = 0.4;
/** In modules: height of the letters, of a line, and width of what is written beside the code. */
const [LETTER, LINE, BESIDE] = [5, 7, 80];

/** A label as an SVG file: the code of its text, and beside it what people read, which is no part of what is signed. */
export function labelSvg(text: string, label: Label): string {
  const modules = encodeQR(text, "raw", { ecc: "medium", border: QUIET_ZONE });
  const [width, height] = [modules.length + BESIDE, modules.length];
  const lines = [...carrierLines(label), `${label.batch.slice(0, 18)}…`, `…${label.batch.slice(-8)}`];
  const written = lines.map(
    (line, i) => `  <text x="${modules.length}" y="${QUIET_ZONE + LETTER + i * LINE}">${escapedMarkup(line)}</text>`,
  );
  const title = `Label of batch ${label.batch}${label.carrier === undefined ? "" : `, ${label.carrier.text}`}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${(width * MODULE).toFixed(1)}mm" height="${(height * MODULE).toFixed(1)}mm" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="${LETTER}">`,
    `  <title>${escapedMarkup(title)}</title>`,
    `  <rect width="${width}" height="${height}" fill="#fff"/>`,
    `  <path fill="#000" shape-rendering="crispEdges" d="${modules.map(rowPath).join("")}"/>`,
    ...written,
    "</svg>\n",
  ].join("\n");
}

/** The dark modules of a row, each run of them one rectangle. */
function rowPath(row: readonly boolean[], y: number): string {
  const runs: string[] = [];
  for (let x = 0; x < row.length; x++) {
    const start = x;
    while (row[x] === true) x++;
    if (x > start) runs.push(`M${start} ${y}h${x - start}v1h-${x - start}z`);
  }
  return runs.join("");
}

/** The identifier as it is printed, a line for each of its fields. */
function carrierLines({ carrier }: Label): string[] {
  if (carrier === undefined) return [];
  if (carrier.scheme === "gs1") {
    const { gtin, lot, expiry, serial } = gs1Fields(carrier);
    const fields = [
      ["01", gtin],
      ["10", lot],
      ["17", expiry],
      ["21", serial],
    ] as const;
    return fields.flatMap(([id, value]) => (value === undefined ? [] : [`(${id}) ${value}`]));
  }
  const { donation, check, product } = isbt128Fields(carrier);
  const number = `${donation.slice(0, 5)} ${donation.slice(5, 7)} ${donation.slice(7)} ${check}`;
  return product === undefined ? [number] : [number, product];
}
