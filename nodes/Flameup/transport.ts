import type { IExecuteFunctions, ILoadOptionsFunctions, IN8nHttpFullResponse } from 'n8n-workflow';
import { type HttpResponse, networkFault, type Transport } from '../../src/ports';

/** Axios names what others call a timeout. */
const TIMEOUTS = new Set(['ECONNABORTED', 'ETIMEDOUT']);

/** HTTP through n8n, which adds the key and honors its own proxy and network settings. */
export function createTransport(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	cancel: AbortSignal | undefined,
): Transport {
	return async ({ body, headers, method, timeoutMs, url }) => {
		try {
			const response = (await context.helpers.httpRequestWithAuthentication.call(
				context,
				'flameupApi',
				{
					method,
					url,
					headers: { ...headers },
					timeout: timeoutMs,
					encoding: 'text',
					returnFullResponse: true,
					ignoreHttpStatusErrors: true,
					disableFollowRedirect: true,
					...(body !== undefined && { body: body.join('') }),
					...(cancel !== undefined && { abortSignal: cancel }),
				},
			)) as IN8nHttpFullResponse;
			return toResponse(response);
		} catch (error) {
			const code = codeOf(error);
			return networkFault(TIMEOUTS.has(code) ? 'TIMEOUT' : code);
		}
	};
}

const toResponse = ({ body, headers, statusCode }: IN8nHttpFullResponse): HttpResponse => ({
	status: statusCode,
	headers: headers as HttpResponse['headers'],
	body: typeof body === 'string' ? body : JSON.stringify(body ?? ''),
});

/** n8n wraps what axios threw; the wrapper's own words may hold the address. */
function codeOf(error: unknown): string {
	const { cause, code } = error as { cause?: { code?: unknown }; code?: unknown };
	const found = cause?.code ?? code;
	return typeof found === 'string' && /^[A-Z][A-Z0-9_]*$/.test(found) ? found : 'NETWORK';
}
