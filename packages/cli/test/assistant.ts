/** A coding assistant, as a client of the protocol: calls tools and passes a yes on, whatever it is connected by. */
import type { Client } from "@modelcontextprotocol/client";
import { expect } from "vitest";

export interface Answer {
  isError: boolean;
  /** The structured answer; tests name the fields they look at. */
  answer: Record<string, unknown> & {
    id?: string;
    status?: string;
    confirmation?: string;
    error?: { code: string; what: string; where?: string; next?: string };
  };
  progress: string[];
}

export interface Assistant extends AsyncDisposable {
  client: Client;
  call(name: string, input?: object, signal?: AbortSignal): Promise<Answer>;
  /** Calls, and once more with the confirmation of the first answer. */
  agreed(name: string, input: object): Promise<Answer>;
}

/** Of a client that is connected; disposing closes it. */
export function assistantOf(client: Client): Assistant {
  const call: Assistant["call"] = async (name, input = {}, signal) => {
    const progress: string[] = [];
    const result = await client.callTool(
      { name, arguments: { ...input } },
      {
        timeout: 60_000,
        onprogress: ({ message }) => void progress.push(message ?? ""),
        ...(signal ? { signal } : {}),
      },
    );
    const [text] = result.content;
    // The same twice, for clients that read only the text.
    if (result.structuredContent !== undefined)
      expect(text).toEqual({ type: "text", text: JSON.stringify(result.structuredContent) });
    return {
      isError: result.isError === true,
      answer: (result.structuredContent ?? { text }) as Answer["answer"],
      progress,
    };
  };
  return {
    client,
    call,
    async agreed(name, input) {
      const { answer } = await call(name, input);
      expect(answer.status).toBe("confirmation_required");
      return call(name, { ...input, confirmation: answer.confirmation });
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
