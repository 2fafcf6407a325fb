import { readFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, it } from "vitest";

it("the types are those of the committed API document", async () => {
  const root = join(import.meta.dirname, "..");
  const document = readFileSync(join(root, "openapi.json"), "utf8");
  const made = astToString(await openapiTS(document));
  const committed = readFileSync(join(root, "src/api/schema.d.ts"), "utf8");
  expect(committed.includes(made), "run `npm run types` in ui/").toBe(true);
});
