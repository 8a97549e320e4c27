// The parts of the host's answers that the tests read.

export interface Message {
  id: string;
  state: string;
  text: string;
  segments: { encoding: string; units: number; segments: number };
  module: string;
  sid: string | null;
}

/** What the fake Twilio was asked to send, as it saw it. */
export interface TwilioLog {
  messages: {
    sid: string;
    to: string;
    from: string;
    body: string;
    num_segments: string | number;
  }[];
}

export interface Template {
  id: string;
  title: string;
  body: string;
}
