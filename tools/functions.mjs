// Prints as JSON which functions of the web app have more lines than allowed.
// node functions.mjs TYPESCRIPT_FOLDER SOURCE_FOLDER LINES
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [compiler, source, limit] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(compiler);

function inspect(path) {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const line = (position) => file.getLineAndCharacterOfPosition(position).line + 1;
  const found = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const first = line(node.getStart(file));
      const lines = line(node.end) - first + 1;
      if (lines > Number(limit)) found.push(`${path}:${first}: a function of ${lines} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const files = readdirSync(source, { recursive: true }).filter((name) => /(?<!\.d)\.tsx?$/.test(name));
console.log(JSON.stringify(files.flatMap((name) => inspect(join(source, name)))));
