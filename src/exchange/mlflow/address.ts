import { Failure } from '../../domain/failure.ts';
import { isSendable } from '../../domain/header-value.ts';
import type { MlflowAddress } from './client.ts';

/**
 * The server that is asked for, or that the variables of MLflow's own clients name; a token, or a user's name and password,
 * come from those alone. Throws `Failure('usage')`, which repeats no password.
 */
export function mlflowAddress(
  given: string | undefined,
  variable: (name: string) => string | undefined,
): MlflowAddress {
  const url = given ?? variable('MLFLOW_TRACKING_URI');
  if (url === undefined)
    throw new Failure('usage', 'Name an MLflow server with --to URL, or set MLFLOW_TRACKING_URI.');
  if (!URL.canParse(url) || !/^https?:\/\//.test(url))
    throw new Failure(
      'usage',
      'The MLflow server has no address of the form http://host:port: give it with --to, or set MLFLOW_TRACKING_URI.',
    );
  const named = new URL(url);
  if (named.username !== '' || named.password !== '')
    throw new Failure(
      'usage',
      'Leave name and password out of the address: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.',
    );
  const token = variable('MLFLOW_TRACKING_TOKEN')?.trim();
  if (token !== undefined && !isSendable(token))
    throw new Failure(
      'usage',
      'MLFLOW_TRACKING_TOKEN holds letters that no header can carry: printable ASCII, in one line.',
    );
  const user = variable('MLFLOW_TRACKING_USERNAME');
  if (token) return { url, authorization: `Bearer ${token}`, secrets: [token] };
  if (!user) return { url, authorization: null, secrets: [] };
  const password = variable('MLFLOW_TRACKING_PASSWORD') ?? '';
  const sent = Buffer.from(`${user}:${password}`).toString('base64');
  return { url, authorization: `Basic ${sent}`, secrets: [sent, password] };
}
