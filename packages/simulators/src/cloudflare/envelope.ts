/** Cloudflare's envelope around every answer, and its refusals. */
import type { Answer, Handler, SimulatedRequest } from "../definition.ts";
import type { CloudflareState } from "./state.ts";

/** Rows of the API below `/client/v4`. */
export type Routes = Record<string, Handler<CloudflareState>>;

/** A refusal on its way out of a handler: `answer` is what the client gets. */
export class Refused extends Error {
  readonly answer: Answer;
  constructor(answer: Answer, message: string) {
    super(message);
    this.answer = answer;
  }
}

/** A success: `result` in the envelope. */
export function ok(result: unknown, { status = 200, info }: { status?: number; info?: object } = {}): Answer {
  return {
    status,
    json: { success: true, errors: [], messages: [], result, ...(info === undefined ? {} : { result_info: info }) },
  };
}

/** A failure in the envelope, with the vendor's number for it. */
export function failure(status: number, code: number, message: string): Answer {
  return { status, json: { success: false, errors: [{ code, message }], messages: [], result: null } };
}

/** The same as something to throw. */
export function refuse(status: number, code: number, message: string): Refused {
  return new Refused(failure(status, code, message), message);
}

/** One page of a list, by `page` and `per_page`, each item as `view` shows it. */
export function paged<T>(
  items: readonly T[],
  request: SimulatedRequest,
  {
    view = (item) => item,
    perPage = 25,
    max = 100,
  }: { view?: (item: T) => unknown; perPage?: number; max?: number } = {},
): Answer {
  const page = Math.max(1, Number(request.query.get("page")) || 1);
  const size = Number(request.query.get("per_page") ?? perPage);
  if (!(size >= 1 && size <= max))
    throw refuse(400, 8000024, "Invalid list options provided. Review the `page` or `per_page` parameter.");
  const result = items.slice((page - 1) * size, page * size).map(view);
  const info = {
    page,
    per_page: size,
    count: result.length,
    total_count: items.length,
    total_pages: Math.ceil(items.length / size),
  };
  return ok(result, { info });
}

/** The body as a JSON object; refuses anything else. */
export function objectOf(request: SimulatedRequest): Record<string, unknown> {
  const body = request.json();
  if (isObject(body)) return body;
  throw refuse(400, 10026, "The request body is not a valid JSON object.");
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An instant as the API writes it. */
export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const edgePage = (status: number) =>
  `<!DOCTYPE html><html><head><title>${status}</title></head><body><center><h1>${status}</h1></center><hr><center>cloudflare</center></body></html>`;

const codes: Record<number, number> = {
  400: 7003,
  401: 10000,
  403: 10000,
  404: 7003,
  405: 10001,
  409: 8000002,
  429: 971,
};

/** The form of an error for a status alone. 502 and above come from the edge, as a page. */
export function errorOf(status: number, message: string): Answer {
  return status > 500
    ? { status, headers: { "content-type": "text/html; charset=UTF-8" }, body: edgePage(status) }
    : failure(status, codes[status] ?? (status === 500 ? 8000000 : 10026), message);
}
