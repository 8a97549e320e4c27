// Why a call of a conversation did not do what it was asked for.

/** A call failed. */
export class RequestError extends Error {
  override readonly name: string = "RequestError";
}

/** The host refused a request, and did nothing. */
export class Refused extends RequestError {
  override readonly name = "Refused";
  /** Stable, such as `not_found` or `V020`; `http_413` where the answer was not the host's. */
  readonly code: string;
  /** One sentence: what was expected, what was found and what to do. */
  readonly detail: string;

  constructor(
    /** The status of HTTP. */
    readonly status: number,
    /** All that the host said, such as `missing`. */
    readonly problem: { readonly [member: string]: unknown },
  ) {
    const { code = `http_${status}`, detail = `the answer was ${status} without saying why` } =
      problem;
    super(`${detail} (${code})`);
    this.code = String(code);
    this.detail = String(detail);
  }
}

/** There was no answer, however often it was tried: it may have been done, or not. */
export class Unanswered extends RequestError {
  override readonly name = "Unanswered";
}
