import { ConfigError } from '../errors';
import type { HttpResponse, NetworkFault } from '../ports';
import { describe, parse, readError, verdictOf } from './answers';
import { withoutPersonalData } from './privacy';

/** What the connection test found out; `message` is a full sentence for the user. */
export interface CheckResult {
	readonly ok: boolean;
	readonly message: string;
}

/** Flameup's own words, less whatever they repeat of the body that was sent. */
const words = (response: HttpResponse, sent = ''): string => {
	const said = withoutPersonalData(describe(readError(response)), [parse(sent)]);
	return said === '' ? '' : ` Flameup says: ${said}`;
};

/** 401, 403, 404 and whatever else will not change by trying again; each names the setting. */
export function stopError(
	answer: HttpResponse | NetworkFault,
	permission: string,
	sent?: string,
): ConfigError {
	return new ConfigError(
		'status' in answer
			? `${stopText(answer.status, permission)}${words(answer, sent)}`
			: unreachable(answer),
	);
}

function stopText(status: number, permission: string): string {
	switch (status) {
		case 401:
			return 'Flameup does not accept the API key (401). Enter a valid key in api_key.';
		case 403:
			return `The API key may not do this (403). Give it the permission ${permission} in Flameup, and make sure that it belongs to the workspace in workspace_id.`;
		case 404:
			return 'Flameup does not know this workspace or address (404). Correct workspace_id or api_url.';
		default:
			return status >= 300 && status < 400
				? `The address in api_url redirects elsewhere (${status}). Enter the address that it leads to.`
				: `Flameup does not serve this request (${status}). Correct api_url, or ask Flameup's support.`;
	}
}

/** What an answer to the test request means for the user. */
export function checkResult(response: HttpResponse): CheckResult {
	const { status } = response;
	switch (verdictOf(status)) {
		case 'ok':
			return typeof parse(response.body) === 'object'
				? { ok: true, message: 'Flameup accepts the API key and knows the workspace.' }
				: {
						ok: false,
						message: 'The address in api_url answers, but not as Flameup does. Correct api_url.',
					};
		case 'stop':
			return status === 403
				? {
						ok: true,
						message:
							'Flameup knows the API key, but it may not read people, so nothing more could be tested. That is fine if it may write people (people:write).',
					}
				: { ok: false, message: `${stopText(status, 'people:read')}${words(response)}` };
		case 'refused':
			return {
				ok: false,
				message: `Flameup refuses the test request (${status}). Correct workspace_id or api_url.${words(response)}`,
			};
		case 'fault':
			return status === 429
				? {
						ok: false,
						message:
							'The allowance of the API key is used up for the moment (429), so it could not be tested. Test again in a minute.',
					}
				: {
						ok: false,
						message: `Flameup could not answer just now (${status}). Test again in a few minutes.`,
					};
	}
}

const UNTRUSTED =
	'nobody trusted vouches for its certificate; name who does in NODE_EXTRA_CA_CERTS';

/** Faults that no later try can mend: somebody has to change the certificate, or whom we trust. */
const CERTIFICATE_HINTS: Readonly<Record<string, string>> = {
	DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
	SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
	CERT_HAS_EXPIRED: 'its certificate has expired',
	ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name than the one in api_url',
};

const NETWORK_HINTS: Readonly<Record<string, string>> = {
	...CERTIFICATE_HINTS,
	ENOTFOUND: 'the name in api_url is not known',
	EAI_AGAIN: 'the name in api_url could not be looked up',
	ECONNREFUSED: 'nothing answers at the address in api_url',
	TIMEOUT: 'no answer came in time',
	ERR_PROXY_TUNNEL: 'the proxy does not let the request through',
};

/** Whether the certificate was refused, so that no later try can do better. */
export const isUntrusted = ({ fault }: NetworkFault): boolean =>
	Object.hasOwn(CERTIFICATE_HINTS, fault);

const networkText = ({ fault }: NetworkFault): string =>
	NETWORK_HINTS[fault] === undefined ? fault : `${NETWORK_HINTS[fault]} (${fault})`;

/** The test request got no answer. */
export const unreachable = (fault: NetworkFault): string =>
	`Flameup could not be reached: ${networkText(fault)}. Check api_url and the network.`;

/** Why a batch could not be sent, after all tries. */
export function faultText(
	answer: HttpResponse | NetworkFault,
	forMs: number,
	sent?: string,
): string {
	const minutes = Math.round(forMs / 60_000);
	const time = minutes >= 1 ? ` for ${minutes} minute${minutes === 1 ? '' : 's'}` : '';
	if (!('status' in answer)) {
		return `Flameup could not be reached${time}: ${networkText(answer)}. Run the sync again later.`;
	}
	if (verdictOf(answer.status) === 'ok') {
		return `Flameup's answers could not be read${time}. Check api_url, or run the sync again later.`;
	}
	return answer.status === 429
		? `The allowance of the API key stayed used up${time} (429). Run the sync again later, or use a key of its own.`
		: `Flameup could not take the request${time} (${answer.status}).${words(answer, sent)} Run the sync again later.`;
}

/** Why it is not known whether a request that must not be repeated took effect. */
export const uncertainText = (answer: HttpResponse | NetworkFault, sent?: string): string =>
	'status' in answer
		? `Flameup answered ${answer.status}, so it is not known whether it took the request. It was not sent again.${words(answer, sent)}`
		: `No answer came (${answer.fault}), so it is not known whether Flameup took the request. It was not sent again.`;
