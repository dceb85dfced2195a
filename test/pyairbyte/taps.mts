import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseJson } from '../../simulator/json.mts';
import { python } from './environment.mts';

/** A message as it was printed or sent. */
export interface Message {
	type: string;
	record?: { stream: string; namespace?: string | null; data: Record<string, unknown> };
	state?: StateMessage;
	log?: { level: string; message: string };
	trace?: { type: string; error?: { message: string; failure_type: string } };
}

/** The part of a STATE that the tests check. */
export interface StateMessage {
	sourceStats?: { recordCount: number } | null;
	destinationStats?: { recordCount: number; rejectedRecordCount: number } | null;
	[more: string]: unknown;
}

/** The input and output of one connector run. */
export interface Taken {
	input: Message[];
	output: Message[];
	/** The sync mode of each stream in the catalog. */
	modes: string[];
}

export type Tap = ReturnType<typeof tapped>;

/** An executable that runs a connector and records its input and output. */
export function tapped(connector: string, folder: string) {
	mkdirSync(folder);
	const executable = `${folder}.sh`;
	const words = [python, '-S', '-E', path.join(import.meta.dirname, 'tap.py'), folder, connector];
	writeFileSync(executable, `#!/bin/sh\nexec ${words.map(quoted).join(' ')} "$@"\n`);
	chmodSync(executable, 0o755);
	let seen = 0;

	const filesOf = (ending: string) =>
		readdirSync(folder)
			.filter((name) => name.endsWith(ending))
			.sort();

	return {
		executable,
		/** The files with its output. */
		printed: () => filesOf('.output.jsonl').map((name) => path.join(folder, name)),
		/** The runs of one command since the last call. */
		taken(command: 'read' | 'write'): Taken[] {
			const outputs = filesOf('.output.jsonl').slice(seen);
			seen += outputs.length;
			const wanted = outputs.filter((name) => name.includes(`-${command}.`));
			return wanted.map((name) => {
				const prefix = path.join(folder, name.replace('.output.jsonl', ''));
				return {
					input: messages(`${prefix}.input.jsonl`),
					output: messages(path.join(folder, name)),
					modes: modesIn(`${prefix}.catalog.json`),
				};
			});
		},
	};
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

function messages(file: string): Message[] {
	const lines = textOf(file).split('\n');
	// A killed connector may leave an incomplete line.
	return lines.slice(0, -1).map((line) => parseJson(line) as Message);
}

function modesIn(file: string): string[] {
	const { streams = [] } = JSON.parse(textOf(file) || '{}');
	return streams.map((stream: Record<string, string>) => stream.destination_sync_mode);
}

function textOf(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
		throw error;
	}
}

/** The records that a connector printed. */
export const rowsOf = ({ output }: Taken): Record<string, unknown>[] =>
	output.flatMap(({ record }) => (record ? [record.data] : []));

/** The states that it printed. */
export const statesIn = ({ output }: Taken): StateMessage[] =>
	output.flatMap(({ state }) => (state ? [state] : []));
