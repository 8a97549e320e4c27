/** What this module is: version, ops, limits, keywords, replies, diagnostics. */
export function describe(): Response<Describe>;
/** What a text costs. */
export function segments(request: SegmentsRequest): Response<Segments>;
/** How many segments a text takes (policy `standard`), and nothing else: the fast way. */
export function segmentCount(text: string): number;
/** What can be said of a template before a value is known. */
export function check(request: CheckRequest): Response<Check>;
/** What can be said of an action's prompt. */
export function checkPrompt(request: CheckPromptRequest): Response<CheckPrompt>;
/** A text as it would read with the values at hand. */
export function preview(request: PreviewRequest): Response<Preview>;
/** A text as it would be sent. */
export function render(request: RenderRequest): Response<Render>;
/** What may stand where the writer is typing a token. */
export function complete(request: CompleteRequest): Response<Complete>;
/** What a reply means. */
export function classify(request: ClassifyRequest): Response<Classify>;
/** Decides on a message, through the host that `setHost` has set. */
export function send(request: SendRequest): Response<Send>;
/** Decides on a received message, through the host that `setHost` has set. */
export function receive(request: ReceiveRequest): Response<Receive>;
/** Any of these as text: one JSON request in, one JSON response out. */
export function call(request: string): string;
