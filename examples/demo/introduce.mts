import { type Run, runConnector } from './connector.mts';
import type { Message, Schema } from './message.mts';
import { styled } from './table.mts';

const settingsIn = ({ properties }: Schema): number =>
	properties === undefined
		? 1
		: Object.values(properties).reduce((count, schema) => count + settingsIn(schema), 0);

const aboutSpec = ({ spec }: Message) => {
	if (!spec) return undefined;
	const modes = spec.supported_destination_sync_modes.join(', ');
	return `${settingsIn(spec.connectionSpecification)} settings; sync modes ${modes}`;
};

const aboutCheck = ({ connectionStatus }: Message) =>
	connectionStatus && `${connectionStatus.status}: ${connectionStatus.message ?? ''}`;

const aboutDiscover = ({ destination_catalog: catalog }: Message) => {
	const operations = catalog?.operations ?? [];
	return operations.map((one) => `${one.object_name} (${one.sync_mode})`).join(', ') || undefined;
};

const answerIn = ({ messages, exitCode, complaint }: Run, about: typeof aboutSpec) => {
	const answer = messages.map(about).find((text) => text !== undefined);
	if (exitCode === 0 && answer !== undefined) return answer;
	throw new Error(complaint || `there is no answer, and the exit status is ${exitCode}`);
};

/** Runs the commands that precede a sync, and prints a summary of each answer. */
export const introduce = async (executable: string, config: string, signal: AbortSignal) => {
	const show = async (command: string, about: typeof aboutSpec, args: string[] = []) => {
		const run = await runConnector(executable, [command, ...args], { signal });
		console.log(`  ${styled('bold', command.padEnd(8))}  ${answerIn(run, about)}`);
		return run;
	};
	await show('spec', aboutSpec);
	const { messages } = await show('check', aboutCheck, ['--config', config]);
	await show('discover', aboutDiscover, ['--config', config]);
	const status = messages.find((message) => message.connectionStatus)?.connectionStatus?.status;
	if (status !== 'SUCCEEDED') throw new Error('The check did not succeed.');
};
