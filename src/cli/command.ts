import type { Arguments, Argv, CommandModule, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { Terminal } from './output.js';

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
}

type OptionSet = Readonly<Record<string, Options>>;
type PositionalSet = Readonly<Record<string, PositionalOptions>>;
/** `P` is `never` for a command without positionals. */
type Values<O extends OptionSet, P extends PositionalSet> = InferredOptionTypes<O> &
  ([P] extends [never] ? unknown : InferredOptionTypes<P>);

/** One command: its options with their types, an example or two, and what it does. */
export interface CommandDefinition<O extends OptionSet, P extends PositionalSet> {
  /** As yargs writes it: `generate`, `classify <paths..>`. */
  readonly command: string;
  readonly describe: string;
  readonly positionals?: P;
  readonly options: O;
  /** What to type, and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Text under the options, for what they have in common. */
  readonly epilogue?: string;
  /** @returns the exit code. Modules with native code are imported in here, so that `--help` stays fast. */
  run(values: Values<O, P>, context: CommandContext): Promise<number>;
}

/** A command that can be registered in any run of the program, and be called by a test. */
export interface Command {
  readonly optionNames: readonly string[];
  /** Options and positionals that may be given several times. */
  readonly listNames: readonly string[];
  toModule(context: CommandContext, onExitCode: (code: number) => void): CommandModule;
}

export function defineCommand<const O extends OptionSet, const P extends PositionalSet = never>(
  definition: CommandDefinition<O, P>,
): Command {
  const { command, describe, positionals, options, examples, epilogue } = definition;
  return {
    optionNames: Object.keys(options),
    listNames: [
      ...Object.keys(positionals ?? {}),
      ...Object.keys(options).filter((name) => options[name]?.array === true),
    ],
    toModule: (context, onExitCode) => ({
      command,
      describe,
      builder(yargs: Argv) {
        for (const [name, option] of Object.entries(positionals ?? {})) yargs.positional(name, option);
        for (const [line, meaning] of examples) yargs.example(`smearwatch ${line}`, meaning);
        return yargs
          .options(options)
          .epilogue(epilogue ?? '')
          .version(false);
      },
      async handler(values: Arguments) {
        onExitCode(await definition.run(values as unknown as Values<O, P>, context));
      },
    }),
  };
}

export interface GroupDefinition {
  readonly command: string;
  readonly describe: string;
  readonly commands: readonly Command[];
}

/** A command that only leads to others: `models list`. */
export function defineGroup({ command, describe, commands }: GroupDefinition): Command {
  return {
    optionNames: commands.flatMap(({ optionNames }) => optionNames),
    listNames: commands.flatMap(({ listNames }) => listNames),
    toModule: (context, onExitCode) => ({
      command,
      describe,
      builder(yargs: Argv) {
        for (const each of commands) yargs.command(each.toModule(context, onExitCode));
        return yargs.demandCommand(1, `Which of them? See smearwatch ${command} --help.`).version(false);
      },
      // Without a command below it, yargs refuses before it gets here.
      handler: () => undefined,
    }),
  };
}
