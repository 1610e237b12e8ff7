import { Type } from "typebox";
import { readFor } from "../folders.ts";
import { route, type Route } from "../route.ts";
import { BATCH_PARAMS, BATCH_PATH, CLOSED, PAGE_QUERY, pageBy, pageOf, SHA256, SLUG } from "../shapes.ts";
import { keepUpload, listUploads, MOST_FILE_BYTES, removeUpload, uploadNamed } from "../uploads.ts";

const TAG = "evidence";
const FILE_PATH = `${BATCH_PATH}/files/:sha256`;
const FILE_PARAMS = Type.Object({ site: SLUG, batch: SLUG, sha256: SHA256 }, CLOSED);

const UPLOAD = Type.Object(
  { sha256: SHA256, name: Type.String(), bytes: Type.Integer(), uploaded: Type.String() },
  CLOSED,
);

const uploadFile = route({
  operation: "uploadFile",
  method: "POST",
  path: `${BATCH_PATH}/files`,
  permission: "evidence:write",
  tag: TAG,
  summary: "Keeps a file, to be imported or inspected.",
  description: "The same bytes are kept once, under their first name; seven days at most, or until they are imported.",
  takesBytes: MOST_FILE_BYTES,
  schemas: {
    params: BATCH_PARAMS,
    query: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }, CLOSED),
    reply: UPLOAD,
  },
  run: async (call) => {
    await readFor(call, "evidence:write");
    const { upload, already } = await keepUpload(call, call.query.name, call.bytes);
    const { site, batch } = call.params;
    const location = `/v1/sites/${site}/batches/${batch}/files/${upload.sha256}`;
    return { status: already ? 200 : 201, location, body: upload };
  },
});

const listFiles = route({
  operation: "listFiles",
  method: "GET",
  path: `${BATCH_PATH}/files`,
  permission: "evidence:write",
  tag: TAG,
  summary: "Files that wait to be imported; of a party its own.",
  schemas: { params: BATCH_PARAMS, query: PAGE_QUERY, reply: pageOf(UPLOAD) },
  run: async (call) => {
    const seen = await readFor(call, "evidence:write");
    return { body: pageBy(await listUploads(call, seen), ({ sha256 }) => sha256, call.query) };
  },
});

const showFile = route({
  operation: "showFile",
  method: "GET",
  path: FILE_PATH,
  permission: "evidence:write",
  tag: TAG,
  summary: "One file that waits to be imported.",
  schemas: { params: FILE_PARAMS, reply: UPLOAD },
  run: async (call) => {
    const { sha256, name, bytes, uploaded } = await uploadNamed(
      call,
      await readFor(call, "evidence:write"),
      call.params.sha256,
    );
    return { body: { sha256, name, bytes, uploaded } };
  },
});

const removeFile = route({
  operation: "removeFile",
  method: "DELETE",
  path: FILE_PATH,
  permission: "evidence:write",
  tag: TAG,
  summary: "Removes a file that was not imported.",
  schemas: { params: FILE_PARAMS, reply: Type.Null() },
  run: async (call) => {
    await removeUpload(await uploadNamed(call, await readFor(call, "evidence:write"), call.params.sha256));
    return { status: 204, body: null };
  },
});

export const FILE_ROUTES: readonly Route[] = [uploadFile, listFiles, showFile, removeFile];
