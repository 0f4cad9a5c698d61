import { contract, errorStatus, proceduresOf } from "@landfall/contract";
import { errorCodes } from "@landfall/engine";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";
import { openApiDocument } from "../src/openapi.ts";

it("describes the whole API in valid OpenAPI 3.1", async () => {
  const document = await openApiDocument({ version: "1.0.0", publicUrl: "https://landfall.example.com" });
  const validator = new Validator();
  const result = await validator.validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
  expect(result.errors ?? []).toEqual([]);
  expect([result.valid, validator.version]).toEqual([true, "3.1"]);
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    Object.values(item as Record<string, { operationId?: string }>).map(({ operationId }) => operationId),
  );
  expect(operations).toEqual(expect.arrayContaining(proceduresOf(contract).map(({ name }) => name)));
  expect(new Set(operations).size).toBe(operations.length);
});

it("answers the engine's codes with the status of the engine's table", () => {
  expect(errorStatus).toEqual(Object.fromEntries(Object.entries(errorCodes).map(([code, { http }]) => [code, http])));
});
