import { siteConfig } from "./site/ask.ts";
import { failureOf } from "../src/desk/failure.ts";
import type { SiteApp } from "./siteApp.ts";
import "./siteApp.ts";

/** Shows what the page was served for. */
const app = document.querySelector<SiteApp>("site-app");
if (app !== null) {
  try {
    app.state = { step: "ready", config: await siteConfig() };
  } catch (error) {
    app.state = { step: "failed", failure: failureOf(error) };
  }
}
