import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** A peer's script in a process of its own, which answers a line of JSON with another. */
export class PeerProcess {
  readonly #process: ChildProcess;
  readonly #lines: Interface;

  /** `script`: below `test/bench`. */
  constructor(python: string, script: string, ...args: readonly string[]) {
    const path = join(process.cwd(), 'test/bench', script);
    this.#process = spawn(python, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#process.stdout === null) throw new RangeError('The peer has no output.');
    this.#lines = createInterface({ input: this.#process.stdout });
  }

  async ask<Answer>(question: object): Promise<Answer> {
    this.#process.stdin?.write(`${JSON.stringify(question)}\n`);
    const line = await new Promise<string>((resolve, reject) => {
      this.#lines.once('line', resolve);
      this.#process.once('exit', (code) => reject(new Error(`The peer ended with ${code}.`)));
    });
    this.#process.removeAllListeners('exit');
    return JSON.parse(line) as Answer;
  }

  close(): void {
    this.#process.stdin?.end();
    this.#lines.close();
  }
}
