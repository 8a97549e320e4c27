// `verbatim-sms/client`: a conversation's SMS through a host, in Node or wherever there is `fetch`.

export {
  Client,
  type ClientOptions,
  RETRY_COUNT,
  type RequestOptions,
  TIMEOUT,
} from "../conversation/client.ts";
export type {
  Conversation,
  ConversationOptions,
  Handoff,
  HandoffOptions,
  Run,
  RunOptions,
  SendOptions,
  Sent,
  Template,
  Variant,
} from "../conversation/conversation.ts";
export { Refused, RequestError, Unanswered } from "../conversation/errors.ts";
export type { State } from "../conversation/state.ts";
