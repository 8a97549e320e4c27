// Asks again and again while its element is in the page and the page is looked at.
import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Poll implements ReactiveController {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connected = false;
  #asking = false;

  /** `ask` never overlaps itself; it must not throw. */
  constructor(
    host: ReactiveControllerHost,
    private readonly everyMs: number,
    private readonly ask: () => Promise<void>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#connected = true;
    void this.now();
  }

  hostDisconnected(): void {
    this.#connected = false;
    clearTimeout(this.#timer);
  }

  /** Asks at once, then goes on in its rhythm. */
  async now(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#asking && !document.hidden) {
      this.#asking = true;
      await this.ask();
      this.#asking = false;
    }
    clearTimeout(this.#timer);
    if (this.#connected) this.#timer = setTimeout(() => void this.now(), this.everyMs);
  }
}
