/** The OpenAPI 3.1 document: made from the contract, and by hand what streams past it. */
import { contract, errorReport, upload } from "@landfall/contract";
import { type OpenAPI, OpenAPIGenerator } from "@orpc/openapi";
import { ZodToJsonSchemaConverter } from "@orpc/zod/zod4";

const uploadAnswer = {
  description: "How far the upload is.",
  content: { "application/json": { schema: { $ref: "#/components/schemas/Upload" } } },
};
const archive = { content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } } } as const;

/** Bodies that are streamed to the disk, which is nothing for a procedure. */
const streamed: OpenAPI.PathsObject = {
  "/sources": {
    post: {
      operationId: "uploads.create",
      tags: ["sources"],
      summary:
        "Upload an archive (zip, tar, tar.gz, tar.zst) as the body; or, as JSON, announce one that comes in parts.",
      parameters: [
        { name: "Content-Digest", in: "header", schema: { type: "string" }, description: "sha-256=:<base64>:" },
      ],
      requestBody: {
        content: {
          ...archive.content,
          "application/json": {
            schema: {
              type: "object",
              required: ["sizeBytes"],
              properties: {
                sizeBytes: { type: "integer", minimum: 1 },
                sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
              },
            },
          },
        },
      },
      responses: { "201": uploadAnswer },
    },
  },
  "/sandboxes/{id}/files/{path}": {
    get: {
      operationId: "sandboxes.read",
      tags: ["sandboxes"],
      summary: "A file as it is now; links are not followed.",
      parameters: ["id", "path"].map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
      responses: { "200": { description: "Its bytes.", ...archive } },
    },
    put: {
      operationId: "sandboxes.writeFile",
      tags: ["sandboxes"],
      summary: "Write a file whole, at most 256 MiB; folders above are made.",
      parameters: [
        ...["id", "path"].map((name) => ({
          name,
          in: "path" as const,
          required: true,
          schema: { type: "string" as const },
        })),
        { name: "executable", in: "query", schema: { type: "boolean" } },
      ],
      requestBody: archive,
      responses: { "200": { description: "It is there." } },
    },
  },
  "/sandboxes/{id}/export/{format}": {
    get: {
      operationId: "sandboxes.export",
      tags: ["sandboxes"],
      summary: "All files but node_modules and .git: zip, or tar (with gzip).",
      parameters: [
        { name: "id", in: "path", required: true, schema: { type: "string" } },
        { name: "format", in: "path", required: true, schema: { enum: ["zip", "tar"] } },
      ],
      responses: { "200": { description: "The archive.", ...archive } },
    },
  },
  "/audit/export": {
    get: {
      operationId: "audit.export",
      tags: ["people"],
      summary: "The record of changes as a file, the newest first, with the filters of the list.",
      parameters: [
        { name: "format", in: "query", required: true, schema: { enum: ["csv", "ndjson"] } },
        ...["actor", "action", "project", "from", "to"].map((name) => ({
          name,
          in: "query" as const,
          schema: { type: "string" as const },
        })),
      ],
      responses: {
        "200": {
          description: "A line for each change; in CSV what begins as a formula does begins with ' instead.",
          content: {
            "text/csv": { schema: { type: "string" } },
            "application/x-ndjson": { schema: { type: "string" } },
          },
        },
      },
    },
  },
  "/webhooks/{platform}/{id}": {
    post: {
      operationId: "webhooks.take",
      tags: ["webhooks"],
      security: [],
      summary: "A platform delivers here, as it documents: signed over the bytes of the body, at most 1 MiB.",
      parameters: ["platform", "id"].map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
      requestBody: { content: { "application/json": {} } },
      responses: {
        "200": {
          description: "It is stored; `known` when it was before.",
          content: {
            "application/json": {
              schema: {
                type: "object",
                properties: { received: { const: true }, known: { type: "boolean" } },
                required: ["received", "known"],
              },
            },
          },
        },
      },
    },
  },
  "/sources/{id}": {
    put: {
      operationId: "uploads.append",
      tags: ["sources"],
      summary: "One part of an announced archive, at receivedBytes.",
      parameters: [
        { name: "id", in: "path", required: true, schema: { type: "string" } },
        { name: "Content-Range", in: "header", required: true, schema: { type: "string" } },
      ],
      requestBody: archive,
      responses: { "200": uploadAnswer },
    },
  },
};

export async function openApiDocument(options: { version: string; publicUrl: string }): Promise<OpenAPI.Document> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: { title: "Landfall", version: options.version },
    servers: [{ url: `${options.publicUrl}/api` }],
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key (lf_…) or a session's token." },
        session: { type: "apiKey", in: "cookie", name: "better-auth.session_token" },
      },
    },
    security: [{ key: [] }, { session: [] }],
    commonSchemas: { ErrorReport: { schema: errorReport }, Upload: { schema: upload } },
    // One shape of error for all: the codes of a status differ in nothing but their name.
    customErrorResponseBodySchema: () => ({
      type: "object",
      properties: {
        code: { type: "string" },
        status: { type: "integer" },
        message: { type: "string" },
        data: { $ref: "#/components/schemas/ErrorReport" },
      },
      required: ["code", "status", "message", "data"],
    }),
  });
  for (const [path, item] of Object.entries(streamed))
    document.paths = { ...document.paths, [path]: { ...document.paths?.[path], ...item } };
  return document;
}
