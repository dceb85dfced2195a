import type { IDataObject } from 'n8n-workflow';
import type { ClientOptions } from '../../src/flameup/client';
import { fields } from '../../src/settings/fields';
import { Settings } from '../../src/settings/settings';
import { Failure } from './failure';
import type { Run } from './run';
import { createTransport } from './transport';
import { inN8nWords, sentence } from './wording';

/** Where each setting of the core is among the node's options. */
export const OPTIONS = {
	'batches.people_per_request': 'peoplePerRequest',
	'mapping.empty_values': 'emptyValues',
	'pace.give_up_after_minutes': 'giveUpAfterMinutes',
	'pace.requests_per_minute': 'requestsPerMinute',
	'pace.timeout_seconds': 'timeout',
	'rejected_records.invalid_email': 'invalidEmail',
	dry_run: 'dryRun',
} as const;

/** A setting of the core that has a place in the node. */
export type OptionPath = keyof typeof OPTIONS;

/** The settings of the core by their path. */
export const FIELDS: ReadonlyMap<string, ReturnType<typeof fields>[number]> = new Map(
	fields(Settings).map((field) => [field.path, field]),
);

/** What the core needs to know, and what its client is made of. */
export interface Connection {
	readonly settings: Settings;
	readonly client: ClientOptions;
}

/** Reads the credential and the options; a failure when one of them is wrong. */
export async function connect(
	run: Run,
	mapping: Partial<Settings['mapping']> = {},
): Promise<Connection | Failure> {
	const credential = await readCredential(run);
	if (credential instanceof Failure) return credential;
	const given: Record<string, unknown> = { mapping };
	for (const [path, name] of Object.entries(OPTIONS)) {
		const value = run.parameters.constant(`options.${name}`, titleOf(path));
		if (value instanceof Failure) return endingRun(value);
		const [group = '', setting] = path.split('.');
		if (value === undefined) continue;
		given[group] = setting === undefined ? value : { ...(given[group] ?? {}), [setting]: value };
	}
	const { apiKey, baseUrl, workspaceId } = credential;
	const parsed = Settings.safeParse({
		...given,
		api_key: apiKey,
		workspace_id: workspaceId ?? '',
		api_url: baseUrl || undefined,
	});
	if (!parsed.success) return unusable(parsed.error.issues);
	const settings = parsed.data;
	return {
		settings,
		client: {
			apiUrl: settings.api_url,
			workspaceId: settings.workspace_id,
			pace: settings.pace,
			transport: createTransport(run.context, run.cancel),
			clock: run.clock,
			signal: run.stop.signal,
		},
	};
}

async function readCredential({ context }: Run): Promise<IDataObject | Failure> {
	try {
		return await context.getCredentials('flameupApi');
	} catch (error) {
		return new Failure({
			code: 'configuration',
			title: 'The Flameup credential could not be read',
			...(error instanceof Error && { reason: sentence(error.message) }),
			hint: 'Choose or create a credential in the node.',
			endsRun: true,
		});
	}
}

function unusable(
	issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): Failure {
	const told = issues.map(
		({ message, path }) => `${titleOf(path.map(String).join('.'))} ${inN8nWords(message)}`,
	);
	return new Failure({
		code: 'configuration',
		title: 'The credential or an option cannot be used',
		reason: `${told.join('. ')}.`,
		hint: 'Correct it in the credential or in the options of the node.',
		endsRun: true,
	});
}

/** An option that cannot be read leaves nothing to do for any row. */
const endingRun = ({ details }: Failure): Failure => new Failure({ ...details, endsRun: true });

const titleOf = (path: string): string => {
	const named = inN8nWords(path);
	return named === path ? (FIELDS.get(path)?.title ?? path) : named;
};
