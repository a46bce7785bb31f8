import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { specJsonSchema } from './json-schema.ts';

/** Entry point of the build: the schema that editors and `$schema` lines refer to. */
const folder = new URL('../../schema/', import.meta.url);
await mkdir(fileURLToPath(folder), { recursive: true });
await writeFile(
  fileURLToPath(new URL('experiment.v1.json', folder)),
  `${JSON.stringify(specJsonSchema(), null, 2)}\n`,
);
