/**
 * Files of settings of OmegaConf, the library of Python, that take values from the environment: `${oc.env:API_URL}`, and behind a comma
 * what takes its place.
 * Source: https://omegaconf.readthedocs.io/en/latest/custom_resolvers.html#oc-env.
 */
import type { Project } from "../../detect/reading.ts";
import type { Scope } from "../scope.ts";
import type { Sighting } from "../sighting.ts";
import { besideTheService } from "../told/told.ts";

const taken = /\$\{oc\.env:\s*([A-Za-z_]\w*)\s*(,[^{}\n]*)?\}/g;

export function readOmegaConf(project: Project, { others }: Scope): Sighting[] {
  return others
    .filter(({ name, extension }) => /^ya?ml$/.test(extension) && !besideTheService.test(name))
    .flatMap(({ path }) =>
      [
        ...(project.tree.text(path) ?? "")
          .replaceAll(/^[ \t]*#.*$/gm, (line) => " ".repeat(line.length))
          .matchAll(taken),
      ].map(
        ({ index, 1: key, 2: instead }): Sighting => ({
          key: key!,
          // It raises when what it is asked for is missing.
          need: instead === undefined ? "checked" : /^,\s*null\s*$/.test(instead) ? "guarded" : "default",
          when: "run",
          offset: index,
          path,
        }),
      ),
    );
}
