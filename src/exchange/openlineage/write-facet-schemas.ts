import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { facetSchemas } from './facets.ts';

/** Entry point of the build: the schemas that our facets name. */
const folder = fileURLToPath(new URL('../../../schema/', import.meta.url));
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, 'openlineage.v1.json'),
  `${JSON.stringify(facetSchemas(), null, 2)}\n`,
);
