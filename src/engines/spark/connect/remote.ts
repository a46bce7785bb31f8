import { Failure } from '../../../domain/failure.ts';
import { isSendable } from '../../../domain/header-value.ts';

/** Where a Spark Connect server listens, and as whom we speak to it. Holds a token: never to be shown whole. */
export type SparkRemote = {
  /** `host:port`, as messages show it. */
  readonly address: string;
  readonly tls: boolean;
  readonly token?: string;
  readonly userId: string;
  /** Sent with every call: the parameters of the address that are not Spark's own. */
  readonly headers: { readonly [name: string]: string };
};

const DEFAULT_PORT = 15002;
/** One user of the server, whoever started the worker: a session belongs to its user, and a retry may come from another machine. */
const DEFAULT_USER = 'partita';
const FORM = 'sc://host:port, with parameters as in sc://host:port/;use_ssl=true;token=…';

/**
 * Reads `sc://host:port/;use_ssl=true;token=…;user_id=…`; other parameters become headers. A token turns TLS on unless
 * the server is on this machine. Throws `Failure('invalid-spec')` without repeating a token.
 */
export function parseRemote(text: string): SparkRemote {
  const [, authority = '', path = '', parameterText = ''] =
    /^sc:\/\/([^/;?#]*)(\/?[^;]*)(?:;(.*))?$/s.exec(text) ?? [];
  if (!text.startsWith('sc://')) throw invalid('does not begin with "sc://"');
  const { host, port } = parseAuthority(authority);
  if (path !== '' && path !== '/') throw invalid('has a path');
  const parameters = parseParameters(parameterText);
  const { use_ssl: tlsText, token, user_id: userId = DEFAULT_USER, ...headers } = parameters;
  if (tlsText !== undefined && tlsText !== 'true' && tlsText !== 'false')
    throw invalid('has a use_ssl that is neither true nor false');
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
  if (tlsText === 'false' && token !== undefined && !isHere)
    throw invalid('sends its token without TLS to another machine: leave out use_ssl=false');
  return Object.freeze({
    address: `${host}:${port}`,
    tls: tlsText === undefined ? token !== undefined && !isHere : tlsText === 'true',
    ...(token === undefined ? {} : { token }),
    userId,
    headers: Object.freeze(headers),
  });
}

function parseAuthority(authority: string): { readonly host: string; readonly port: number } {
  const [, host, portText] = /^([^\s:@[\]]+|\[[0-9a-fA-F:.]+\])(?::(\d+))?$/.exec(authority) ?? [];
  if (host === undefined) throw invalid('names no host and port');
  const port = portText === undefined ? DEFAULT_PORT : Number(portText);
  if (port < 1 || port > 65_535) throw invalid(`names port ${port}, which does not exist`);
  return { host, port };
}

function parseParameters(text: string): { readonly [name: string]: string } {
  const entries = text
    .split(';')
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const at = part.indexOf('=');
      // What stands here may be a token: only a name is repeated.
      if (at < 1) throw invalid('has a parameter that is not of the form name=value');
      const value = decode(part.slice(at + 1)).trim();
      if (!isSendable(value))
        throw invalid('has a parameter with letters that no header can carry');
      return [part.slice(0, at), value];
    });
  const names = entries.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`gives ${twice} twice`);
  return Object.fromEntries(entries);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw invalid('has a parameter whose value is not percent-encoded text');
  }
}

function invalid(what: string): Failure {
  return new Failure(
    'invalid-spec',
    `The address of Spark Connect ${what}: it has the form ${FORM}.`,
  );
}
