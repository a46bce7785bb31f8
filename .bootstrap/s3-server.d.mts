export type ServerSearch = {
  /** Where it is kept. */
  readonly toolsFolder: string;
  readonly tell: (line: string) => void;
};

/** The folder to be set as PYTHONPATH of `python3`, fetched once. Throws an `Error` of one sentence when it is not to be had. */
export function obtainS3Server(search: ServerSearch): string;
