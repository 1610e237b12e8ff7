import { html, type TemplateResult } from "lit";
import { sleep } from "../../src/sleep.ts";
import { t } from "../messages/index.ts";
import { closeCamera, codeInFrame, codeInPhoto, openCamera, type ScanProblem } from "./camera.ts";
import { DeskElement } from "./element.ts";

/** Milliseconds from one look at the camera's film to the next. */
const BETWEEN_LOOKS = 150;
let scans = 0;

/**
 * Takes a code: typed, pasted, from a scanner that types, from a camera or from a photo. Whatever was read, it says so with the
 * event `scanned`, whose `detail` is the text; what the text is worth, whoever listens judges. Once something else is begun in its
 * place, it says so with `unscanned`. The camera is on no longer than it is looked through.
 */
export class DeskScan extends DeskElement {
  static override properties = { label: {}, camera: { state: true }, notice: { state: true } };
  /** What is asked for: the name of the field. */
  declare label: string;
  declare camera: "off" | "asked" | "on";
  declare notice: ScanProblem | "read" | "looking" | undefined;
  readonly #id = `scan-${++scans}`;
  /** Counts up when the camera is started or stopped: whatever was begun before has ended. */
  #turn = 0;
  #stream: MediaStream | undefined;
  #told = "";

  constructor() {
    super();
    this.label = "";
    this.camera = "off";
  }

  override disconnectedCallback(): void {
    this.#stop();
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const isOff = this.camera === "off";
    const toggle = isOff ? this.#look : this.#stop;
    return html`<label for=${this.#id}>${this.label}</label>
      <input
        id=${this.#id}
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        aria-describedby="${this.#id}-how ${this.#id}-notice"
        @keydown=${this.#typed}
        @input=${this.#begun}
        @change=${this.#changed}
      />
      <div class="ways noprint">
        <button type="button" aria-describedby=${this.#id} @click=${toggle}>
          ${t(isOff ? "scan.camera" : "scan.stop")}
        </button>
        <label
          >${t("scan.photo")}
          <input
            type="file"
            accept="image/*"
            aria-describedby=${this.#id}
            @change=${(event: Event) => void this.#photo(event)}
          />
        </label>
      </div>
      <video
        class="noprint"
        ?hidden=${this.camera !== "on"}
        .muted=${true}
        playsinline
        aria-label=${t("scan.film")}
      ></video>
      <p class="explain noprint" id="${this.#id}-how">${t("scan.how")}</p>
      <p id="${this.#id}-notice" role="status">${this.notice === undefined ? "" : t(`scan.${this.notice}`)}</p>`;
  }

  get #field(): HTMLInputElement | null {
    return this.querySelector("input");
  }

  /** A scanner that types ends with the Enter key: what the field is part of must not take it for its own. */
  #typed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.#tell(this.#field?.value ?? "");
    this.#field?.select(); // the next code takes the place of this one
  };

  /** A scanner that types without the Enter key: what was read before is not what stands here now. */
  #begun = (): void => {
    if (this.#told === "" || this.#field?.value.trim() === this.#told) return;
    this.#told = "";
    this.dispatchEvent(new CustomEvent("unscanned"));
  };

  #changed = (): void => {
    const text = this.#field?.value ?? "";
    if (text.trim() !== this.#told) this.#tell(text);
  };

  #look = async (): Promise<void> => {
    const turn = ++this.#turn;
    this.camera = "asked";
    this.notice = undefined;
    const stream = await openCamera();
    if (turn !== this.#turn) {
      if (typeof stream !== "string") closeCamera(stream);
      return;
    }
    if (typeof stream === "string") {
      this.camera = "off";
      this.notice = stream;
      return;
    }
    this.#stream = stream;
    await this.#watch(turn, stream);
  };

  async #watch(turn: number, stream: MediaStream): Promise<void> {
    this.camera = "on";
    this.notice = "looking";
    await this.updateComplete;
    const video = this.querySelector("video");
    if (video === null) return;
    video.srcObject = stream;
    await video.play().catch(() => undefined); // stopped before it began
    while (turn === this.#turn) {
      const text = codeInFrame(video);
      if (text !== undefined) this.#found(text);
      else if (!stream.active) this.#end("noCamera");
      else await sleep(BETWEEN_LOOKS);
    }
  }

  #stop = (): void => this.#end(undefined);

  #end(notice: typeof this.notice): void {
    this.#turn++;
    if (this.#stream !== undefined) closeCamera(this.#stream);
    this.#stream = undefined;
    this.camera = "off";
    this.notice = notice;
  }

  async #photo({ target }: Event): Promise<void> {
    const input = target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = ""; // so that the same photo can be given again
    if (file === undefined) return;
    this.#end(undefined);
    const turn = this.#turn;
    const read = await codeInPhoto(file);
    if (turn !== this.#turn) return;
    if (typeof read === "string") this.notice = read;
    else this.#found(read.text);
  }

  #found(text: string): void {
    this.#end("read");
    if (this.#field !== null) this.#field.value = text;
    this.#tell(text);
  }

  #tell(given: string): void {
    const text = given.trim();
    this.#told = text;
    if (text !== "") this.dispatchEvent(new CustomEvent("scanned", { detail: text }));
  }
}

customElements.define("desk-scan", DeskScan);
