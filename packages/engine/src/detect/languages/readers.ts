/** Every reader that is not JavaScript's. */
import type { Reader } from "../reading.ts";
import { addComposeDatabases, dockerReaders } from "./docker.ts";
import { deno } from "./deno.ts";
import { dotnet } from "./dotnet.ts";
import { elixir } from "./elixir.ts";
import { go } from "./go.ts";
import { java } from "./java.ts";
import { otherLanguages } from "./others.ts";
import { php } from "./php.ts";
import { python } from "./python.ts";
import { ruby } from "./ruby.ts";
import { rust } from "./rust.ts";
import { generatedSites, plainSites } from "./static.ts";

const languages: Reader[] = [python, go, rust, ruby, php, java, dotnet, elixir, deno, ...otherLanguages];

/** Readers of languages other than JavaScript, then static sites and containers. Order does not matter: each answers with its own confidence. */
export const languageReaders: Reader[] = [
  ...languages.map(
    (reader): Reader => ({
      id: reader.id,
      read(project, directory) {
        const reading = reader.read(project, directory);
        if (reading) addComposeDatabases(project, directory, reading);
        return reading;
      },
    }),
  ),
  generatedSites,
  plainSites,
  ...dockerReaders,
];
