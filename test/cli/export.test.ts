import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExportFormat } from '../../src/operations/requests.ts';
import { runCli } from './run-cli.ts';

describe('partita export', () => {
  const asked: [string, ExportFormat][] = [];
  const services = {
    exportModel: (model: string, format: ExportFormat) => {
      asked.push([model, format]);
      return Promise.resolve(Buffer.from(format === 'json' ? '{"a":1}\n' : '\u0008\t'));
    },
  };

  it('prints JSON unless a file is named', async () => {
    const { stdout, exitCode } = await runCli(['export', '9f2c'], { services });
    expect([exitCode, stdout]).toEqual([0, '{"a":1}\n']);
  });

  it("writes the form that the file's ending says", async () => {
    const { folder, stdout, stderr } = await runCli(['export', '9f2c', '--out', 'm.onnx'], {
      services,
    });
    expect(asked.at(-1)).toEqual(['9f2c', 'onnx']);
    expect(stdout).toBe('');
    expect(stderr).toContain('Wrote m.onnx.');
    expect([...readFileSync(join(folder, 'm.onnx'))]).toEqual([8, 9]);
  });

  it('refuses to print ONNX: exit 2, nothing asked', async () => {
    const ran = await runCli(['export', '9f2c', '--format', 'onnx'], { services });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('--out model.onnx');
    expect(ran.hasMadeServices).toBe(false);
    expect(existsSync(join(ran.folder, 'm.onnx'))).toBe(false);
  });
});
