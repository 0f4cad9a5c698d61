import Fastify from "fastify";
import { database, explain } from "./database.js";

const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? "info" } });

app.get("/", async () => ({ name: "pantry", endpoints: ["GET /items", "POST /items", "GET /health"] }));

app.get("/health", async () => ({ status: "ok" }));

app.get("/items", async () => {
  const { rows } = await database.query("select id, name, quantity, best_before from items order by best_before nulls last");
  return rows;
});

app.post(
  "/items",
  {
    schema: {
      body: {
        type: "object",
        required: ["name", "quantity"],
        additionalProperties: false,
        properties: {
          name: { type: "string", minLength: 1, maxLength: 100 },
          quantity: { type: "integer", minimum: 0 },
          best_before: { type: "string", format: "date" },
        },
      },
    },
  },
  async (request, reply) => {
    const { name, quantity, best_before } = request.body;
    const { rows } = await database.query(
      "insert into items (name, quantity, best_before) values ($1, $2, $3) returning id, name, quantity, best_before",
      [name, quantity, best_before ?? null],
    );
    return reply.code(201).send(rows[0]);
  },
);

app.setErrorHandler((error, request, reply) => {
  if (error.validation) return reply.code(422).send({ error: "invalid item", detail: error.message });
  request.log.error({ code: error.code }, explain(error));
  return reply.code(503).send({ error: "database unavailable", detail: explain(error) });
});

process.on("SIGTERM", async () => {
  await app.close();
  await database.end();
});

await app.listen({ port: Number(process.env.PORT ?? 3000), host: "0.0.0.0" });
