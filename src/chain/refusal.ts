/** A node that answered, and said no: asking the same again would not help. */
export function isRefusal(error: unknown): boolean {
  const { code, error: inner, response } = (error ?? {}) as Record<string, unknown>;
  if (code === "UNKNOWN_ERROR" && typeof (inner as { code?: unknown } | undefined)?.code === "number") return true;
  const status = (response as { statusCode?: unknown } | undefined)?.statusCode;
  return code === "SERVER_ERROR" && typeof status === "number" && status >= 400 && status < 500 && status !== 429;
}
