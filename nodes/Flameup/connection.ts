import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { Client } from '../../src/flameup/client';
import type { Clock, Stop } from '../../src/ports';
import type { Field } from '../../src/settings/fields';
import { settingIssues } from '../../src/settings/issues';
import { Settings } from '../../src/settings/settings';
import { sentence } from '../../src/texts';
import { Failure } from './failure';
import { OPTION_FIELDS, optionName } from './options';
import { mapsAutomatically } from './personFields';
import type { Run } from './run';
import { sharedLimiter } from './sharedPace';
import { createTransport } from './transport';

/** What the credential and the options say, and a client that follows them. */
export interface Connection {
	readonly settings: Settings;
	readonly client: Client;
}

/** A context in which n8n sends requests with the credential. */
type Context = IExecuteFunctions | ILoadOptionsFunctions;

/** Reads the credential and the options. Throws a Failure that ends the run when one of them is wrong. */
export async function connect(run: Run): Promise<Connection> {
	const { cancel, clock, context, stop } = run;
	const given: Record<string, unknown> = await readCredential(context);
	for (const field of OPTION_FIELDS) {
		const value = readOption(run, field);
		const [group = '', setting] = field.path.split('.');
		if (value === undefined) continue;
		given[group] =
			setting === undefined ? value : { ...(given[group] as object), [setting]: value };
	}
	return openClient(context, given, clock, stop, cancel);
}

/** Checks the settings. Throws a Failure that ends the run when one of them is wrong. */
export function openClient(
	context: Context,
	given: Readonly<Record<string, unknown>>,
	clock: Clock,
	{ signal }: Stop,
	cancel?: AbortSignal,
): Connection {
	const parsed = Settings.safeParse(given);
	if (!parsed.success) {
		throw new Failure({ code: 'invalid_settings', issues: settingIssues(parsed.error, given) });
	}
	const settings = parsed.data;
	const transport = createTransport(context, cancel);
	const limiter = sharedLimiter(settings, clock.now());
	return { settings, client: new Client({ settings, transport, clock, limiter, signal }) };
}

/** What the credential says, as settings. Throws a Failure that ends the run when it cannot be read. */
export async function readCredential(context: Context): Promise<Record<string, unknown>> {
	let reason: string;
	try {
		const { apiKey, baseUrl, workspaceId } = await context.getCredentials('flameupApi');
		return { api_key: apiKey, workspace_id: workspaceId ?? '', api_url: baseUrl || undefined };
	} catch (error) {
		reason = error instanceof Error ? error.message : String(error);
	}
	throw new Failure(
		{
			code: 'configuration',
			title: 'The Flameup credential could not be read',
			reason: sentence(reason),
			hint: 'Choose or create a credential in the node.',
		},
		{ endsRun: true },
	);
}

/** The value of an option; undefined when it is not set, or not shown in this mapping mode. */
function readOption({ parameters }: Run, { path, paths, title, type }: Field): unknown {
	if (paths && !mapsAutomatically(parameters)) return undefined;
	const value = parameters.constant(`options.${optionName(path)}`, title);
	return type === 'list' ? names(value) : value;
}

/** A list as n8n has it: names between commas. An expression can give any value, which is then checked. */
const names = (value: unknown): unknown =>
	typeof value === 'string'
		? value
				.split(',')
				.map((name) => name.trim())
				.filter((name) => name !== '')
		: value;
