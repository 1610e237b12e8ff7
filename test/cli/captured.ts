import { vi } from "vitest";

/** What `print` wrote. */
export function captured(print: () => void): { readonly stdout: string; readonly stderr: string } {
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    });
  }
  try {
    print();
    return written;
  } finally {
    vi.restoreAllMocks();
  }
}
