import type { Arguments, Argv, CommandModule, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { Terminal } from './output.js';

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
}

/** What happens in one run of the program, as far as it concerns the program and not the command. */
export interface ProgramRun {
  /** Called when the command is known and its arguments are not yet parsed; may refuse them. */
  onCommand(command: Command): void;
  onExitCode(code: number): void;
}

type OptionSet = Readonly<Record<string, Options>>;
type PositionalSet = Readonly<Record<string, PositionalOptions>>;
/** `P` is `never` for a command without positionals. */
type CommandValues<O extends OptionSet, P extends PositionalSet> = InferredOptionTypes<O> &
  ([P] extends [never] ? unknown : InferredOptionTypes<P>);

/** One command: its options with their types, an example or two, and what it does. */
export interface CommandDefinition<O extends OptionSet, P extends PositionalSet> {
  /** The command in the syntax of yargs: `generate`, `classify <paths..>`. */
  readonly command: string;
  readonly describe: string;
  readonly positionals?: P;
  readonly options: O;
  /** What to type, and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Text under the options, for what they have in common. */
  readonly epilogue?: string;
  /** @returns the exit code. Modules with native code are imported in here, so that `--help` stays fast. */
  run(values: CommandValues<O, P>, context: CommandContext): Promise<number>;
}

/** A command that can be registered in any run of the program, and be called by a test. */
export interface Command {
  /** The words that lead to it, without its positionals: `models list`. */
  readonly name: string;
  readonly options: OptionSet;
  /** Whether it takes words that are not options, such as file names. */
  readonly hasPositionals: boolean;
  /** Empty for a command that does something itself. */
  readonly commands: readonly Command[];
  toModule(context: CommandContext, run: ProgramRun): CommandModule;
}

export function defineCommand<const O extends OptionSet, const P extends PositionalSet = never>(
  definition: CommandDefinition<O, P>,
): Command {
  const { command, describe, positionals, options, examples, epilogue } = definition;
  const self: Command = {
    name: nameOf(command),
    options,
    hasPositionals: positionals !== undefined,
    commands: [],
    toModule: (context, run) => ({
      command,
      describe,
      builder(yargs: Argv) {
        run.onCommand(self);
        for (const [name, option] of Object.entries(positionals ?? {})) yargs.positional(name, option);
        for (const [line, meaning] of examples) yargs.example(`smearwatch ${line}`, meaning);
        return yargs
          .options(options)
          .epilogue(epilogue ?? '')
          .version(false);
      },
      async handler(values: Arguments) {
        run.onExitCode(await definition.run(values as unknown as CommandValues<O, P>, context));
      },
    }),
  };
  return self;
}

export interface GroupDefinition {
  readonly command: string;
  readonly describe: string;
  readonly commands: readonly Command[];
}

/** A command that only leads to others: `models list`. */
export function defineGroup({ command, describe, commands }: GroupDefinition): Command {
  const below = (each: Command): Command => ({ ...each, name: `${command} ${each.name}` });
  return {
    name: command,
    options: {},
    hasPositionals: false,
    commands: commands.map(below),
    toModule: (context, run) => ({
      command,
      describe,
      builder(yargs: Argv) {
        const inner: ProgramRun = { ...run, onCommand: (each) => run.onCommand(below(each)) };
        for (const each of commands) yargs.command(each.toModule(context, inner));
        return yargs.demandCommand(1, `Which of them? See smearwatch ${command} --help.`).version(false);
      },
      // Without a command below it, yargs refuses before it gets here.
      handler: () => undefined,
    }),
  };
}

/** `classify <paths..>` is called `classify`, and `verify [model]` is called `verify`. */
function nameOf(command: string): string {
  return command.split(/ [<[]/, 1)[0] ?? command;
}

/** All commands that do something themselves, those of groups included. */
export function leaves(commands: readonly Command[]): readonly Command[] {
  return commands.flatMap((command) =>
    command.commands.length === 0 ? [command] : leaves(command.commands),
  );
}
