// What a conversation knows, kept by the host: whoever opens the conversation has it.
import type { Client } from "./client.ts";
import { Refused } from "./errors.ts";
import { Once } from "./once.ts";

/** What JSON can hold, by name. */
export type Json = { [name: string]: unknown };

interface Whole {
  variant: string | null;
  language: string | null;
  variables: Json;
  entities: Json;
}

const NOTHING: Whole = { variant: null, language: null, variables: {}, entities: {} };

/** A conversation's state at the host: read once, and anew after each change. */
export class Kept {
  readonly #read: Once<Whole>;

  constructor(
    private readonly client: Client,
    private readonly conversation: string,
  ) {
    this.#read = new Once(() => this.#whole());
  }

  get(): Promise<Whole> {
    return this.#read.get();
  }

  async change(change: Partial<Whole>): Promise<void> {
    const path = ["conversations", this.conversation, "state"];
    await this.client.request("PATCH", path, { body: change });
    // Not what it answers: of two changes at once, the later answer may be the older one.
    this.forget();
  }

  forget(): void {
    this.#read.forget();
  }

  async #whole(): Promise<Whole> {
    try {
      const path = ["conversations", this.conversation];
      return (await this.client.request<{ state: Whole }>("GET", path)).state;
    } catch (error) {
      if (error instanceof Refused && error.code === "not_found") return NOTHING;
      throw error;
    }
  }
}

/**
 * A mapping of which every change is written at once, and `update` in one request.
 *
 * Values are what JSON can hold; texts, numbers and booleans fill tokens. `null` takes a name away,
 * as `delete` does. A value that was read is a copy: to change what is in it, set it again.
 */
export class State {
  constructor(
    private readonly kept: Kept,
    private readonly member: "variables" | "entities",
  ) {}

  /** Everything, by name. */
  async all(): Promise<Json> {
    return structuredClone((await this.kept.get())[this.member]);
  }

  /** Undefined where there is none. */
  async get(name: string): Promise<unknown> {
    return new Map(Object.entries(await this.all())).get(name);
  }

  set(name: string, value: unknown): Promise<void> {
    return this.update({ [name]: value });
  }

  delete(name: string): Promise<void> {
    return this.update({ [name]: null });
  }

  async update(values: Json): Promise<void> {
    for (const [name, value] of Object.entries(values)) {
      // JSON would drop it in silence.
      if (value === undefined) {
        throw new TypeError(
          `expected \`${name}\` to be a value, or null to take it away, found undefined`,
        );
      }
    }
    await this.kept.change({ [this.member]: values });
  }
}
