import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progressLines } from "../../cli/progress.ts";

describe("progress where nobody watches", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is a line for each step, and another every ten seconds while it goes on", () => {
    const lines: string[] = [];
    const { onProgress, stop } = progressLines((line) => lines.push(line));
    const said = (): string[] => lines.splice(0);
    onProgress("custody: compile", 0);
    onProgress("quality: compile", 0);
    expect(said()).toEqual(["custody: compile", "quality: compile"]);
    vi.advanceTimersByTime(10_000);
    expect(said()).toEqual(["custody: compile: under way", "quality: compile: under way"]);
    onProgress("custody: compile", 1);
    onProgress("custody: points", 0.2);
    onProgress("custody: points", 0.4);
    expect(said()).toEqual(["custody: points"]);
    vi.advanceTimersByTime(10_000);
    expect(said()).toEqual(["quality: compile: under way", "custody: points: 40 %"]);
    onProgress("quality: compile", 1);
    onProgress("custody: points", 1);
    vi.advanceTimersByTime(60_000);
    stop();
    expect(said()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
