import type { Config } from '../../config.ts';
import { type ServiceStatus, stackStatus } from '../../embedded/stack-status.ts';
import { describeServices } from '../service-text.ts';

export type StatusResult = {
  readonly folder: string;
  readonly services: readonly ServiceStatus[];
};

/** `partita status` without a run: how the background parts stand. Starts nothing. */
export async function runStatus(
  config: Config,
  write: (line: string) => void,
): Promise<StatusResult> {
  const services = await stackStatus(config);
  for (const line of describeServices(services)) write(line);
  if (services.some((service) => service.state === 'down' || service.state === 'stuck'))
    write('Start or repair what is not up with "partita up".');
  return { folder: config.folder, services };
}
