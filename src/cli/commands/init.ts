import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../../domain/failure.ts';
import { packageRoot } from '../../embedded/package-root.ts';
import { requireTemplate, templates } from '../../spec/templates/catalogue.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../option-values.ts';
import { shortPath } from '../read-spec.ts';

type InitOptions = { readonly dir: string; readonly force?: true };

export function registerInit(program: Command, context: CommandContext): void {
  const list = templates.map(({ name, summary }) => `${name} (${summary})`).join('; ');
  program
    .command('init')
    .description('write a first spec with a small sample table; `partita run` works at once')
    .argument('[template]', list, templates[0]?.name)
    .option('--dir <folder>', 'where to write', '.')
    .option('--force', 'overwrite files that are there')
    .addHelpText('after', examples('init', 'init time-series --dir sales'))
    .action(async (name: string, options: InitOptions) => {
      const template = requireTemplate(name);
      const folder = resolve(context.workingFolder, options.dir);
      const schema = join(packageRoot(), 'dist/schema/experiment.v1.json');
      const files = [
        [join(folder, 'partita.yaml'), `${editorLine(folder, schema)}\n${template.spec}`],
        [join(folder, template.dataFile), template.sampleData()],
      ] as const;
      await writeFiles(folder, files, options.force === true);
      const names = files.map(([path]) => shortPath(path, context.workingFolder));
      context.terminal.say(`Wrote ${names.join(' and ')}. Next: partita run ${names[0]}`);
    });
}

/** Editors read the schema relative to the file. */
function editorLine(folder: string, schema: string): string {
  return `# yaml-language-server: $schema=${relative(folder, schema).split('\\').join('/')}`;
}

/** All or nothing where a file is in the way. */
async function writeFiles(
  folder: string,
  files: readonly (readonly [string, string])[],
  isForced: boolean,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const [path, text] of files) {
    try {
      await writeFile(path, text, { flag: isForced ? 'w' : 'wx' });
      written.push(path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      const already =
        written.length === 0 ? 'Nothing was written' : `Only ${written.join(', ')} was written`;
      throw new Failure(
        'usage',
        `${path} is there already. ${already}; use --force to replace it.`,
        { cause },
      );
    }
  }
}
