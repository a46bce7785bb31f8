import { type Command, Option } from 'commander';
import { type CommandContext, printJson } from '../command-context.ts';
import { examples, JSON_OPTION } from '../option-values.ts';

type TokenOptions = {
  readonly role: 'viewer' | 'editor' | 'admin';
  readonly remove?: true;
  readonly json?: true;
};

export function registerToken(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('token')
    .description('who else may ask the web server: give a token, take it back, or list')
    .argument('[name]', 'whose; left out: lists')
    .addOption(
      new Option('--role <role>', 'what it allows')
        .choices(['viewer', 'editor', 'admin'])
        .default('viewer'),
    )
    .option('--remove', 'take it back')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('token', 'token ann --role editor', 'token ann --remove'))
    .action(async (name: string | undefined, { role, remove, json }: TokenOptions) => {
      const { giveToken, listTokens, takeToken } = await import('../../web/tokens.ts');
      const { folder } = context.config();
      if (name === undefined) {
        const known = listTokens(folder);
        if (json) return printJson(terminal, known);
        for (const one of known) terminal.data(`${one.role.padEnd(6)}  ${one.name}\n`);
        if (known.length === 0) terminal.say('Only the owner of this folder has a token.');
        return;
      }
      if (remove) {
        takeToken(folder, name);
        return terminal.say(`${name} has no token any more.`);
      }
      const token = giveToken(folder, name, role);
      if (json) return printJson(terminal, { name, role, token });
      terminal.say(`The token of ${name} (${role}); it is not shown again:`);
      terminal.data(`${token}\n`);
    });
}
