import { type Run, runConnector } from './connector.mts';
import { type Message, parseMessage } from './message.mts';
import { Progress } from './progress.mts';

/** Parses lines as messages. */
export const parseLines = (lines: string[]): Message[] =>
	lines.flatMap((line) => parseMessage(line) ?? []);

const countOf = (messages: Message[], type: string) =>
	messages.filter((message) => message.type === type).length;

/** Feeds the lines to `write`, shows its progress, and returns its messages. */
export const sync = async (
	executable: string,
	{ config, catalog, lines }: { config: string; catalog: string; lines: string[] },
	signal: AbortSignal,
): Promise<Run> => {
	const messages = parseLines(lines);
	const progress = new Progress(countOf(messages, 'RECORD'), countOf(messages, 'STATE'));
	function* input() {
		for (const line of lines) {
			yield `${line}\n`;
			if (line.startsWith('{"type":"RECORD"')) progress.recordSent();
		}
	}
	const run = await runConnector(executable, ['write', '--config', config, '--catalog', catalog], {
		signal,
		input: input(),
		onMessage: ({ state }) => state && progress.stateAcknowledged(),
	}).finally(() => progress.end());
	if (run.exitCode !== 0)
		throw new Error(`write ended with status ${run.exitCode}: ${run.complaint}`);
	return run;
};
