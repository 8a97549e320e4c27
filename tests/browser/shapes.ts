// The parts of the host's answers that the tests read.

export interface Message {
  id: string;
  state: string;
  text: string;
  segments: { encoding: string; units: number; segments: number };
  module: string;
  sid: string | null;
}

/** What reached the fake Twilio over HTTP and what it answered, oldest first. */
export interface TwilioLog {
  entries: {
    fields: Record<string, string>;
    status: number;
    response: { sid?: string; num_segments?: string };
  }[];
}
