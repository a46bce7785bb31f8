import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createServices } from '../../src/compose.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { stopStack } from '../../src/embedded/stack.ts';
import type { Services } from '../../src/operations/services.ts';
import { csvOf } from '../support/partita.ts';
import { seededRandom } from '../support/tables.ts';
import { temporalPath } from '../support/temporal.ts';
import { makeFolder } from '../support/test-folder.ts';

/** A whole system in a folder of its own: Postgres, Temporal and a worker. */
export type System = {
  readonly folder: string;
  readonly config: Config;
  readonly services: Services;
  stop(): Promise<void>;
};

/** `environment`: what is set besides, where a part of it is elsewhere. */
export async function startSystem(
  environment: { readonly [name: string]: string } = {},
): Promise<System> {
  const folder = makeFolder();
  const config = readConfig({
    PARTITA_FOLDER: join(folder, '.partita'),
    TEMPORAL_CLI: await temporalPath(),
    PATH: process.env['PATH'],
    ...environment,
  });
  const services = await createServices(config);
  return {
    folder,
    config,
    services,
    async stop() {
      await services.close();
      await stopStack(config, () => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Machines of three kinds whose state depends on what is measured, and one kind that is too rare for a model. */
export function readings(): string {
  const random = seededRandom(7);
  const rows = Array.from({ length: 903 }, (_, i) => {
    const kind = i < 3 ? 'crane' : (['car', 'loader', 'truck'] as const)[i % 3];
    const rpm = Math.round(random() * 3000);
    const load = Number(random().toFixed(3));
    const isBusy = kind === 'car' ? rpm > 1500 : rpm * load > 600;
    const shift = random() < 0.1 ? null : random() < 0.5 ? 'day' : 'night';
    return { id: i, kind: String(kind), rpm, load, shift, state: isBusy ? 'busy' : 'idle' };
  });
  return csvOf(rows);
}

export function readingsSpec(path: string, changes: object = {}): { [field: string]: unknown } {
  return {
    version: 1,
    name: 'machines',
    data: { source: { kind: 'csv', path } },
    partition: { by: 'kind' },
    target: { column: 'state', task: 'classification' },
    columns: { id: 'id' },
    algorithms: ['logistic', 'decision_tree'],
    ...changes,
  };
}
