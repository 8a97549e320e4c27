// `conv`: what an agent does in a conversation, under the names that its platform uses.
import type { Environment, Values } from "../types.ts";
import type { Client } from "./client.ts";
import { RequestError } from "./errors.ts";
import { Once } from "./once.ts";
import { type Json, Kept, State } from "./state.ts";

export interface ConversationOptions {
  /** Whom the agent speaks with, E.164; null where that is not by phone. */
  callerNumber?: string | null;
  /** The host's default is `sandbox`. */
  environment?: Environment;
}

/** A message that was accepted; `client.request("GET", ["messages", id])` has all of it. */
export interface Sent {
  id: string;
  /** `queued`, or `suppressed`. */
  state: string;
  /** Why it is suppressed, e.g. `opted_out`. */
  reason: string | null;
  /** Whether it goes nowhere, because its recipient has opted out. */
  suppressed: boolean;
  /** The title of the template that was chosen, by language too; null for free-form text. */
  template: string | null;
  templateVersion: number | null;
  sender: string;
  predictedSegments: number;
}

export interface Template {
  title: string;
  body: string;
  version: number;
  senders: { [environment in Environment]: string | null };
}

export interface Variant {
  name: string;
  /** What `${name}` stands for in this variant. */
  attributes: { [name: string]: string };
}

/** What a voice platform needs to give the call away. */
export interface Handoff {
  name: string;
  description: string;
  /** By SIP's words. */
  method: "invite" | "refer" | "bye";
  /** E.164, or a SIP address; null where the call ends. */
  destination: string | null;
  /** SIP headers that go along. */
  headers: { key: string; value: string }[];
  /** What else the platform was told. */
  config: Json;
  /** Why, for whoever looks at the call later. */
  reason: string | null;
  /** What is said to the caller before. */
  utterance: string | null;
}

/** What came of an action. */
export interface Run {
  action: string;
  /** One for each template that its prompt names, in its order. */
  messages: Sent[];
  /** Where the call goes to now, if its prompt says so. */
  handoff: Handoff | null;
}

export interface SendOptions {
  /** Values of tokens, before those that the conversation and the project have. */
  values?: Values;
}

export interface RunOptions extends SendOptions {
  /** The caller's number, unless it is another. */
  toNumber?: string;
  /** Whether the person has agreed to get what it sends. */
  consented?: boolean;
  retryCount?: number;
}

export interface HandoffOptions {
  reason?: string;
  utterance?: string;
  /** After the handoff's own. */
  sipHeaders?: { [key: string]: string };
}

/** A conversation. What it reads of the project, it reads once; `refresh` forgets it. */
export class Conversation {
  readonly callerNumber: string | null;
  readonly environment: Environment | null;
  /** What `{{vrbl:NAME}}` stands for, and whatever else the agent keeps. */
  readonly state: State;
  /** What `{{entity:name}}` stands for. */
  readonly entities: State;
  readonly #kept: Kept;
  readonly #variant = new Once(() => this.#readVariant());
  readonly #templates = new Once(() => this.#readTemplates());
  #handoff: Handoff | null = null;

  constructor(
    private readonly client: Client,
    readonly id: string,
    options: ConversationOptions = {},
  ) {
    this.callerNumber = options.callerNumber ?? null;
    this.environment = options.environment ?? null;
    this.#kept = new Kept(client, id);
    this.state = new State(this.#kept, "variables");
    this.entities = new State(this.#kept, "entities");
  }

  /** Where the call goes to, once it was given away. */
  get handoff(): Handoff | null {
    return this.#handoff;
  }

  /**
   * Sends free-form text from a registered sender.
   *
   * Who has opted out gets nothing, and that is no error: the answer says `suppressed`.
   */
  sendSms(
    toNumber: string,
    fromNumber: string,
    content: string,
    retryCount?: number,
  ): Promise<Sent> {
    return this.#send({ to_number: toNumber, from_number: fromNumber, content }, retryCount);
  }

  /**
   * Sends a template by title, from its sender of this environment.
   *
   * Its tokens are filled from `values` first, then from this conversation's state, entities,
   * variant and language. One without a value refuses the message: `V020`.
   */
  sendSmsTemplate(
    toNumber: string,
    template: string,
    retryCount?: number,
    { values = {} }: SendOptions = {},
  ): Promise<Sent> {
    return this.#send({ to_number: toNumber, template, values }, retryCount);
  }

  /**
   * Sends, to the caller or another number, every template that an action names and takes its
   * handoff: all of it, or nothing.
   */
  async runAction(name: string, options: RunOptions = {}): Promise<Run> {
    const { toNumber = this.callerNumber, values = {}, consented = false, retryCount } = options;
    if (toNumber === null) {
      throw new TypeError("expected `toNumber`, because this conversation has no caller");
    }
    const body = this.#message({ to_number: toNumber, values, consented });
    const path = ["actions", name, "run"];
    const answer = await this.client.request<RunAnswer>("POST", path, { body, retryCount });
    const handoff = answer.handoff && handoffOf(answer.handoff, {});
    this.#handoff = handoff ?? this.#handoff;
    return { action: answer.action, messages: answer.messages.map(sentOf), handoff };
  }

  /**
   * Gives the call away by the handoff of this name, or by the project's default.
   *
   * The answer, which `handoff` keeps, holds what the voice platform needs.
   */
  async callHandoff(destination?: string, options: HandoffOptions = {}): Promise<Handoff> {
    this.#handoff = handoffOf(await this.#findHandoff(destination), options);
    return this.#handoff;
  }

  /** The conversation's variant, or the project's default; null where it has no variants. */
  get variant(): Promise<Variant | null> {
    return this.#variant.get();
  }

  /** Sets the variant; null for the project's default. */
  async setVariant(name: string | null): Promise<void> {
    await this.#kept.change({ variant: name });
    this.#variant.forget();
  }

  /** The person's language, e.g. `es` or `pt-BR`; null if it was not set. */
  get language(): Promise<string | null> {
    return this.#kept.get().then((state) => state.language);
  }

  /** Sets the language, which chooses among templates and translations. */
  setLanguage(tag: string | null): Promise<void> {
    return this.#kept.change({ language: tag });
  }

  /** Every template of the project, by title. */
  get smsTemplates(): Promise<ReadonlyMap<string, Template>> {
    return this.#templates.get();
  }

  /** Forgets what was read, so that it is read anew. */
  refresh(): void {
    this.#kept.forget();
    this.#variant.forget();
    this.#templates.forget();
  }

  async #send(more: object, retryCount: number | undefined): Promise<Sent> {
    const body = this.#message(more);
    return sentOf(await this.client.request("POST", ["messages"], { body, retryCount }));
  }

  #message(more: object): object {
    const environment = this.environment === null ? {} : { environment: this.environment };
    return { conversation_id: this.id, ...environment, ...more };
  }

  async #readVariant(): Promise<Variant | null> {
    const name = (await this.#kept.get()).variant ?? (await this.#default("variants"))?.name;
    if (name === undefined) return null;
    const { attributes } = await this.client.request<{ attributes: Attribute[] }>("GET", [
      "attributes",
    ]);
    const pairs = attributes.map((one) => [one.name, one.values[name]] as const);
    return { name, attributes: Object.fromEntries(pairs.filter(has)) };
  }

  async #readTemplates(): Promise<ReadonlyMap<string, Template>> {
    const { templates } = await this.client.request<{ templates: Template[] }>("GET", [
      "templates",
    ]);
    return new Map(
      templates.map(({ title, body, version, senders }) => [
        title,
        { title, body, version, senders },
      ]),
    );
  }

  async #findHandoff(name: string | undefined): Promise<HandoffAnswer> {
    if (name !== undefined) return this.client.request("GET", ["handoffs", name]);
    const found = await this.#default<HandoffAnswer>("handoffs");
    if (found !== undefined) return found;
    throw new RequestError("expected a default handoff, found none; name one, or create one");
  }

  async #default<T extends { name: string }>(
    kind: "variants" | "handoffs",
  ): Promise<T | undefined> {
    type Item = T & { is_default: boolean };
    const all = await this.client.request<{ [kind: string]: Item[] }>("GET", [kind]);
    return all[kind]?.find((one) => one.is_default);
  }
}

/** What the host answers, under its own names. */
interface SentAnswer {
  id: string;
  state: string;
  reason: string | null;
  template: string | null;
  template_version: number | null;
  sender: string;
  predicted_segments: number;
}

type HandoffAnswer = Omit<Handoff, "reason" | "utterance">;

interface RunAnswer {
  action: string;
  messages: SentAnswer[];
  handoff: HandoffAnswer | null;
}

interface Attribute {
  name: string;
  values: { [variant: string]: string };
}

function sentOf(answer: SentAnswer): Sent {
  const { id, state, reason, template, sender } = answer;
  return {
    ...{ id, state, reason, suppressed: state === "suppressed" },
    ...{ template, templateVersion: answer.template_version },
    ...{ sender, predictedSegments: answer.predicted_segments },
  };
}

function handoffOf(answer: HandoffAnswer, options: HandoffOptions): Handoff {
  const { name, description, method, destination, headers, config } = answer;
  const more = Object.entries(options.sipHeaders ?? {}).map(([key, value]) => ({ key, value }));
  const { reason = null, utterance = null } = options;
  return {
    ...{ name, description, method, destination, config },
    ...{ headers: [...headers, ...more], reason, utterance },
  };
}

function has(pair: readonly [string, string | undefined]): pair is readonly [string, string] {
  return pair[1] !== undefined;
}
