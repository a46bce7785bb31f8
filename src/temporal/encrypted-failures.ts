import { DefaultFailureConverter } from '@temporalio/common';

/** Loaded by Temporal's SDK, by this name, where payloads are encrypted: messages and stacks of errors then are payloads, too. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
