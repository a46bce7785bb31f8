/** Tells a person what is being done for them: one line, no newline. Data never goes this way. */
export type Say = (line: string) => void;
