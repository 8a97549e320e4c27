// Hears from the host what moves, while its element is in the page and the page is looked at: a
// browser keeps few connections to one host, and a tab that nobody sees needs none.
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { EVENTS, type Forward, type Message } from "../api.ts";

/** How long to wait with another try after the host had no place for a stream. */
const AGAIN_MS = 15_000;

/** What is done with what is heard. */
export interface Ears {
  /** A message as it stands. */
  message?(message: Message): void;
  /** An event for a webhook as it stands. */
  forward?(forward: Forward): void;
  /** Something may have been missed, so ask for it all. */
  again(): void;
}

export class Live implements ReactiveController {
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly ears: Ears,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#look);
    this.#look();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#look);
    this.#close();
  }

  readonly #look = () => {
    if (document.hidden) this.#close();
    else this.#open();
  };

  #open(): void {
    if (this.#source !== null) return;
    const source = new EventSource(EVENTS);
    this.#source = source;
    source.addEventListener("open", () => this.ears.again());
    source.addEventListener("missed", () => this.ears.again());
    source.addEventListener("message", ({ data }) => this.ears.message?.(JSON.parse(data)));
    source.addEventListener("forward", ({ data }) => this.ears.forward?.(JSON.parse(data)));
    source.addEventListener("error", () => {
      // A browser comes back by itself, but not after an answer that is no stream.
      if (source.readyState !== EventSource.CLOSED) return;
      this.#close();
      this.#timer = setTimeout(this.#look, AGAIN_MS);
    });
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}
