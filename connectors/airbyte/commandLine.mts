import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { InputError } from './inputError';

/**
 * The options of a command, and its arguments without its own name. Throws InputError for an unknown option,
 * and for more arguments than `most`.
 */
export function readCommand<Options extends ParseArgsOptionsConfig>(options: Options, most = 0) {
	const { positionals, values } = parse(options);
	const [, ...given] = positionals;
	const extra = given[most];
	if (extra !== undefined) {
		throw new InputError(`The argument ${extra} is not expected. ${SEE_HELP}`);
	}
	return { given, options: values };
}

function parse<Options extends ParseArgsOptionsConfig>(options: Options) {
	try {
		return parseArgs({ options, allowPositionals: true });
	} catch (error) {
		// Node's message goes on with advice about its own syntax.
		const [sentence = ''] = (error as Error).message.split(/\. |\n/);
		throw new InputError(`${sentence.replace(/\.?$/, '.')} ${SEE_HELP}`);
	}
}

/** What to do about a command line that is not understood. */
export const SEE_HELP = 'See destination-flameup --help.';
