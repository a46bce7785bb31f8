import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { specJsonSchema } from './json-schema.ts';

/** Entry point of the build: the schema that editors and `$schema` lines refer to. */
const folder = fileURLToPath(new URL('../../schema/', import.meta.url));
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, 'experiment.v1.json'),
  `${JSON.stringify(specJsonSchema(), null, 2)}\n`,
);
