import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';
import { describedInN8n } from '../nodes/Flameup/options';
import { FIELDS } from '../nodes/Flameup/vocabulary';
import { NOBODY } from '../src/flameup/client';
import { DEFAULT_API_URL, REQUESTS_PER_MINUTE } from '../src/limits';
import { ADDRESS, LOOPBACK } from '../src/settings/settings';

/** A write-only key is valid, although the read of the test is refused. */
const WRITE_ONLY = 403;

const EVERY_OTHER_FAILURE = Array.from({ length: 300 }, (_, i) => 300 + i).filter(
	(status) => status !== WRITE_ONLY,
);

const REDIRECTED =
	'The Base URL redirects elsewhere. Enter the address that it leads to, with https:// in front.';
const BUSY = 'Flameup could not answer just now. Test again in a few minutes.';

/** What each status of the answer means for the one who fills in the form. */
const MEANINGS: Readonly<Record<number, string>> = {
	301: REDIRECTED,
	302: REDIRECTED,
	307: REDIRECTED,
	308: REDIRECTED,
	400: 'Flameup does not understand the request. Check the Workspace ID and the Base URL.',
	401: 'Flameup does not accept the API Key. Copy it again from Flameup, all of it.',
	404: 'There is no such workspace at this address. Check the Workspace ID first, then whether the Base URL ends in /api/v1.',
	405: 'Something other than Flameup answers at the Base URL. Check the Base URL.',
	429: `The API Key has used up its ${REQUESTS_PER_MINUTE} requests a minute, so it could not be tested. Test again in a minute.`,
	500: BUSY,
	502: BUSY,
	503: BUSY,
	504: BUSY,
};

const WEB_PAGE =
	'A web page answers at the Base URL, and not Flameup. Check that it is the address of the API.';

const NO_ADDRESS = `The Base URL is not an address. Enter one such as ${DEFAULT_API_URL}.`;
const NEEDS_HTTPS =
	'The Base URL must start with https://, because http would send the API Key unencrypted.';

/** An expression that ends the test with this message: n8n passes on no other error of an expression. */
const failWith = (message: string): string =>
	`throw Object.assign(new Error(${JSON.stringify(message)}), { name: 'ExpressionError' });`;

const matches = ({ source }: RegExp): string =>
	`new RegExp(${JSON.stringify(source)}).test(address)`;

/** The address as a run takes it, or why a run would refuse it. Two closing braces would end the expression. */
const BASE_URL = [
	'={{((address) => {',
	`if (!${matches(ADDRESS)}) { ${failWith(NO_ADDRESS)} }`,
	`if (address.startsWith("http:") && !${matches(LOOPBACK)}) { ${failWith(NEEDS_HTTPS)} }`,
	'return address;',
	String.raw`})(($credentials.baseUrl || ${JSON.stringify(DEFAULT_API_URL)}).trim().replace(/\/+$/, ""))}}`,
].join(' ');

/** A setting of the core, as the form shows it. */
function parameter(path: string, ...more: readonly string[]) {
	const field = FIELDS.find((one) => one.path === path);
	const { default: value = '', description = '', example, title = path } = field ?? {};
	return {
		displayName: title,
		type: 'string',
		default: String(value),
		description: describedInN8n([description, ...more].join(' ')),
		...(example !== undefined && example !== value && { placeholder: `e.g. ${example}` }),
	} as const;
}

/** The key that Flameup's requests carry, and where they go. */
export class FlameupApi implements ICredentialType {
	name = 'flameupApi';

	displayName = 'Flameup API';

	icon = {
		light: 'file:../nodes/Flameup/flameup.svg',
		dark: 'file:../nodes/Flameup/flameup.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/flameup/connectors/blob/main/docs/n8n.md#the-credential';

	properties: INodeProperties[] = [
		{
			...parameter(
				'api_key',
				'Reading people needs people:read, tracking and reading events events:write and events:read, triggering campaigns campaigns:trigger, and registering devices devices:write.',
			),
			name: 'apiKey',
			typeOptions: { password: true },
			required: true,
		},
		{ ...parameter('workspace_id'), name: 'workspaceId' },
		{ ...parameter('api_url'), name: 'baseUrl' },
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey.trim()}}' } },
	};

	/** Looks up a person who does not exist, so that no data is read or written. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: BASE_URL,
			url: `={{($credentials.workspaceId || "").trim() ? "/workspaces/" + encodeURIComponent($credentials.workspaceId.trim()) + "/people/search?external_id=${NOBODY}&limit=1" : "/people?limit=1"}}`,
			headers: { Accept: 'application/json' },
			disableFollowRedirect: true,
			ignoreHttpStatusErrors: { ignore: true, except: EVERY_OTHER_FAILURE },
		},
		rules: [
			...Object.entries(MEANINGS).map(([status, message]) => ({
				type: 'responseCode' as const,
				properties: { value: Number(status), message },
			})),
			{ type: 'responseSuccessBody', properties: { key: '[0]', value: '<', message: WEB_PAGE } },
		] as NonNullable<ICredentialTestRequest['rules']>,
	};
}
