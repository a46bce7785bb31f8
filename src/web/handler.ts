import type { Services } from '../operations/services.ts';
import type { Actor } from './actor.ts';
import type { Answer, Asked, EndpointKey } from './contract/api.ts';

/** What the endpoints act on. */
export type WebContext = {
  readonly services: Services;
  /** Of the package. */
  readonly version: string;
  /** Folder that the paths of file sources start from and may not leave. */
  readonly workingFolder: string;
  readonly hasVariable: (name: string) => boolean;
  /** Streams of events at once. */
  readonly maxStreams: number;
  /** Bytes of an uploaded file. */
  readonly maxUploadBytes: number;
};

/** What came with a request, besides what the endpoint's schemas checked. */
export type Caller = {
  readonly actor: Actor;
  readonly request: Request;
  /** Where a session's cookie is put or taken away. */
  readonly session: { signIn(token: string): Promise<Actor>; signOut(): void };
};

/** JSON to be sent, or a finished answer (a file, a stream). */
export type Reply<Key extends EndpointKey> =
  | {
      readonly json: Answer<Key>;
      readonly status?: number;
      readonly headers?: { readonly [name: string]: string };
    }
  | Response;

export type Handler<Key extends EndpointKey> = (
  asked: Asked<Key>,
  caller: Caller,
) => Promise<Reply<Key>> | Reply<Key>;

/** One handler per endpoint of a part of the table. */
export type Handlers<Key extends EndpointKey> = { readonly [K in Key]: Handler<K> };
