/** An answer thrown from anywhere in a handler. */
import type { Answer, Handler } from "../definition.ts";

export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super("refused");
    this.answer = answer;
  }
}

/** The handler, answering what it throws. */
export function answering<State>(handler: Handler<State>): Handler<State> {
  return async (state, request) => {
    try {
      return await handler(state, request);
    } catch (refusal) {
      if (refusal instanceof Refusal) return refusal.answer;
      throw refusal;
    }
  };
}
