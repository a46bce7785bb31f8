export type ServerSearch = {
  /** Where it is kept. */
  readonly toolsFolder: string;
  readonly tell: (line: string) => void;
};

/** The Python that has the server, installed once. Throws an `Error` of one sentence when it is not to be had. */
export function obtainS3Server(search: ServerSearch): string;
