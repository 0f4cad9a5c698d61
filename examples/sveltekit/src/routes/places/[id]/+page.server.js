import { error, fail } from "@sveltejs/kit";
import { byId, write } from "#lib/server/places.js";

function find(id) {
  return byId(id) ?? error(404, "Nobody has measured that place.");
}

export function load({ params }) {
  return { place: find(params.id) };
}

export const actions = {
  default: async ({ params, request }) => {
    const form = await request.formData();
    const by = String(form.get("by") ?? "").trim();
    const text = String(form.get("text") ?? "").trim();
    if (!by || !text) return fail(422, { by, text, message: "A name and a note, please." });
    write(find(params.id), { by, text });
    return { written: true };
  },
};
