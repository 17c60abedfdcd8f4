import { Argument, type Command } from '@commander-js/extra-typings';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { commandTree } from '../completion/tree.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Context } from '../context.ts';
import { createProgram, defineAllVerbs } from '../program.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function define(command: Command, context: Context): void {
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish'] as const))
    .addHelpText(
      'after',
      `
bash  torpor completion bash > ~/.local/share/bash-completion/completions/torpor
zsh   torpor completion zsh > "\${fpath[1]}/_torpor"
fish  torpor completion fish > ~/.config/fish/completions/torpor.fish`,
    )
    .action(async (shell) => {
      const program = createProgram(context.terminal);
      await defineAllVerbs(program, context);
      context.terminal.stdout.write(scripts[shell](commandTree(program.program)));
    });
}
