import { createLandfallClient } from "@landfall/react/client";

export const url = process.env.LANDFALL_URL ?? "http://127.0.0.1:8400";
export const token = process.env.LANDFALL_KEY ?? "";
export const landfall = createLandfallClient({ url, token });
